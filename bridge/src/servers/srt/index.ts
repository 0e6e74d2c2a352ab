/**
 * SRT in and out on one UDP port: publishers' MPEG-TS becomes tags of a stream, streams become MPEG-TS for players. Port, protocol and (de)muxing live in a
 * thread (`srtThread`, `SrtDoor`); main asks the gate and holds the hub (`SrtClients`). They talk by `messages.ts`, media as bytes that change hands.
 */
export { SrtServerHost, type SrtServerOptions } from './SrtServerHost.js';
