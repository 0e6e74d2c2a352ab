/**
 * SRT on one UDP port: publishers' MPEG-TS becomes streams of the hub, and streams become MPEG-TS for players. The port, the protocol and
 * (de)muxing run in a thread (`srtThread`, `SrtServer`); the main thread talks to the gate and the hub (`SrtClients`). They exchange
 * `srtThreadMessages`, with media as transferred buffers. `media/protocols/srt/rejection.ts` maps errors and wrong passphrases to SRT
 * rejection codes.
 */
export { SrtServerHost, startSrtThread, type SrtServerOptions } from './SrtServerHost.js';
