export { ChunkReader, type ChunkLimits } from './ChunkReader.js';
export { ChunkWriter } from './ChunkWriter.js';
export { clientAnswer, clientHello, HANDSHAKE_BYTES, SERVER_HANDSHAKE_BYTES } from './handshake.js';
export { acknowledgement, command, pingResponse, RTMP, setChunkSize, USER_CONTROL, windowAckSize, type RtmpMessage } from './messages.js';
