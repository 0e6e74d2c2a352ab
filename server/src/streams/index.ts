/**
 * Streams from the server's point of view. `StreamRepository` stores the registered ones, `StreamAuthoriser` decides for the bridges who
 * may publish and play, and `StreamStatuses` holds the bridges' latest measurements. `Streams` combines the three for the API and main.
 *
 *   const streams = new Streams({ book: await StreamRepository.open(store), bridges, policy: config.streams, rooms, log });
 *   await streams.authorise(request);           // throws unless the client may
 *   streams.statuses.status({ app, name });         // null: no publisher
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
