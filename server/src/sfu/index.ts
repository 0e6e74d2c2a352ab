/**
 * The selective forwarding unit: mediasoup behind a contract in terms of rooms and participants. No other folder imports mediasoup.
 * WorkerPool keeps one process per core running. A room (RoomMedia) has routers on as many workers as it needs, and pipes a producer to
 * another worker when it is first needed there. A worker that dies loses only its own peers (`peersLost`).
 */
export type * from './contract.js';
export { createSfu, type Sfu, type SfuOptions, type SfuStats } from './Sfu.js';
