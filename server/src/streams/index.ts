/**
 * Streams of the live origin, as the server sees them. `StreamRepository` keeps those that somebody made, `StreamAuthoriser` answers the bridges' question who may publish
 * and play, `StreamStatuses` knows what is in their hubs now; `Streams` is the three together, for the API and for main.
 *
 *   const streams = new Streams({ book: await StreamRepository.open(store), bridges, policy: config.streams, rooms, log });
 *   await streams.authorise(request);           // throws for a no
 *   streams.statuses.status({ app, name });         // null: nobody publishes
 */
export { StreamStatuses, type StreamStatusesOptions } from './StreamStatuses.js';
export { assertSigned, signPlay, type PlaySignature } from './playSignature.js';
export { ProgramNames } from './ProgramNames.js';
export { SeatableStreams, type SeatableStream } from './SeatableStreams.js';
export { StreamRepository, type RegisteredStream } from './StreamRepository.js';
export { StreamAuthoriser } from './StreamAuthoriser.js';
export { StreamOutputRepository } from './StreamOutputRepository.js';
export { StreamJobScheduler, type StreamJobSchedulerOptions } from './StreamJobScheduler.js';
export { Streams, type StreamsOptions, type WhepPlayers } from './Streams.js';
export { playUrls, publishUrls, watchPage, watchUrls, type StreamEndpoints } from './streamUrls.js';
