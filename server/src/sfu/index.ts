/**
 * The selective forwarding unit: mediasoup behind a contract that knows rooms and participants. Nobody else imports mediasoup.
 * WorkerPool keeps a process per core alive; a room (RoomMedia) has a router on as many of them as it needs, and pipes a producer to another
 * worker the first time somebody there wants it. A worker that dies takes only its own peers with it (`peersLost`).
 */
export type * from './contract.js';
export { createSfu, type Sfu, type SfuOptions, type SfuStats } from './Sfu.js';
