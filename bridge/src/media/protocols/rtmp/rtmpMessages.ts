import { encodeAmf, type AmfValue } from '../../formats/index.js';

/** Message types, RTMP 1.0 5.4 and 7.1. */
export const RTMP = {
  setChunkSize: 1,
  abort: 2,
  acknowledgement: 3,
  userControl: 4,
  windowAckSize: 5,
  setPeerBandwidth: 6,
  audio: 8,
  video: 9,
  dataAmf3: 15,
  commandAmf3: 17,
  data: 18,
  command: 20,
  aggregate: 22,
} as const;

export const USER_CONTROL = { streamBegin: 0, streamEof: 1, pingRequest: 6, pingResponse: 7 } as const;
const BANDWIDTH_IS_DYNAMIC = 2;

export interface RtmpMessage {
  typeId: number;
  /** Message stream: 0 for the connection, otherwise from createStream. */
  streamId: number;
  /** Absolute, ms, 32 bits. */
  timestampMs: number;
  body: Buffer;
}

const control = (typeId: number, body: Buffer): RtmpMessage => ({ typeId, streamId: 0, timestampMs: 0, body });

function u32(value: number): Buffer {
  const bytes = Buffer.allocUnsafe(4);
  bytes.writeUInt32BE(value, 0);
  return bytes;
}

export const setChunkSize = (bytes: number) => control(RTMP.setChunkSize, u32(bytes));
export const acknowledgement = (bytesReceived: number) => control(RTMP.acknowledgement, u32(bytesReceived >>> 0));
export const windowAckSize = (bytes: number) => control(RTMP.windowAckSize, u32(bytes));

export const setPeerBandwidth = (bytes: number) =>
  control(RTMP.setPeerBandwidth, Buffer.concat([u32(bytes), Buffer.from([BANDWIDTH_IS_DYNAMIC])]));
export const streamBegin = (streamId: number) =>
  control(RTMP.userControl, Buffer.concat([Buffer.from([0, USER_CONTROL.streamBegin]), u32(streamId)]));
export const streamEof = (streamId: number) =>
  control(RTMP.userControl, Buffer.concat([Buffer.from([0, USER_CONTROL.streamEof]), u32(streamId)]));

/** The reply to a ping request: its event data, sent back. */
export const pingResponse = (eventData: Buffer) =>
  control(RTMP.userControl, Buffer.concat([Buffer.from([0, USER_CONTROL.pingResponse]), eventData]));

export const command = (streamId: number, name: string, transaction: number, ...args: AmfValue[]): RtmpMessage => ({
  typeId: RTMP.command,
  streamId,
  timestampMs: 0,
  body: encodeAmf(name, transaction, ...args),
});
