export { splitAggregate } from './aggregate.js';
export { ChunkReader, type ChunkLimits } from './ChunkReader.js';
export { ChunkWriter } from './ChunkWriter.js';
export { CLIENT_HELLO_BYTES, clientAnswer, clientHello, HANDSHAKE_BYTES, SERVER_HANDSHAKE_BYTES, serverAnswer } from './handshake.js';
export * from './rtmpMessages.js';
export { AUDIO_FOUR_CCS, ErtmpNormaliser, UnsupportedCodec, VIDEO_FOUR_CCS } from './ErtmpNormaliser.js';
export { RtmpTimestamps } from './RtmpTimestamps.js';
