/**
 * Streams of the live origin, as the server sees them. `StreamBook` keeps those that somebody made, `Doorkeeper` answers the bridges' question who may publish
 * and play, `LiveStreams` knows what is in their hubs now; `Streams` is the three together, for the API and for main.
 *
 *   const streams = new Streams({ book: await StreamBook.open(store), bridges, policy: config.streams, rooms, log });
 *   await streams.authorise(request);           // throws for a no
 *   streams.live.status({ app, name });         // null: nobody publishes
 */
export { LiveStreams, type LiveStreamsOptions } from './StreamStatuses.js';
export { assertSigned, signPlay, type PlaySignature } from './playSignature.js';
export { StageStreams, type SeatableStream } from './SeatableStreams.js';
export { StreamBook, type RegisteredStream } from './StreamRepository.js';
export { StreamOutputBook } from './StreamOutputRepository.js';
export { StreamWork, type StreamWorkOptions } from './StreamJobScheduler.js';
export { Streams, type StreamsOptions, type WhepPlayers } from './Streams.js';
export { playUrls, publishUrls, watchPage, watchUrls, type StreamAddresses } from './streamUrls.js';
