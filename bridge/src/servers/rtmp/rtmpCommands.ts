import { decodeAmf, type AmfObject, type AmfValue } from '../../media/formats/index.js';
import { command, RTMP, type RtmpMessage } from '../../media/protocols/rtmp/index.js';

/** Every connection has one message stream with this id, so media bytes are the same for all players. */
export const STREAM_ID = 1;

/** A command from a client. */
export interface Call {
  name: string;
  transaction: number;
  /** The command object; only `connect` has one. */
  object: AmfObject;
  args: AmfValue[];
}

/** Returns null if the message is no command. Throws FormatError. */
export function readCall({ typeId, body }: RtmpMessage): Call | null {
  if (typeId !== RTMP.command && typeId !== RTMP.commandAmf3) return null;
  // AMF3 commands are AMF0 after a zero byte, with values that may switch to AMF3.
  const isWrapped = typeId === RTMP.commandAmf3 && body[0] === 0;
  const [name, transaction, object, ...args] = decodeAmf(isWrapped ? body.subarray(1) : body);
  if (typeof name !== 'string') return null;
  return { name, transaction: typeof transaction === 'number' ? transaction : 0, object: asObject(object), args };
}

export const asText = (value: AmfValue): string => (typeof value === 'string' ? value : '');

export function asObject(value: AmfValue): AmfObject {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date);
  return isObject ? value : {};
}

export type StatusLevel = 'status' | 'error';

export const onStatus = (level: StatusLevel, code: string, description: string): RtmpMessage =>
  command(STREAM_ID, 'onStatus', 0, null, { level, code, description });

export const result = (transaction: number, ...values: AmfValue[]): RtmpMessage => command(0, '_result', transaction, ...values);
