import { toLianmaiError, type ErrorCode } from '@lianmai/protocol';
import type { RtmpMessage } from '../../media/protocols/rtmp/index.js';
import { onStatus } from './rtmpCommands.js';

const PUBLISH_CODES: Partial<Record<ErrorCode, string>> = {
  CONFLICT: 'NetStream.Publish.BadName',
  BAD_REQUEST: 'NetStream.Publish.BadName',
  UNSUPPORTED: 'NetStream.Publish.Rejected',
};
const PLAY_CODES: Partial<Record<ErrorCode, string>> = {
  NOT_FOUND: 'NetStream.Play.StreamNotFound',
  BAD_REQUEST: 'NetStream.Play.StreamNotFound',
};

/** Rejections as RTMP status codes with a readable description, which most encoders show. */
export function publishRejection(thrown: unknown): RtmpMessage {
  const { code, message } = toLianmaiError(thrown);
  return onStatus('error', PUBLISH_CODES[code] ?? 'NetStream.Publish.Denied', message);
}

export function playRejection(thrown: unknown): RtmpMessage {
  const { code, message } = toLianmaiError(thrown);
  return onStatus('error', PLAY_CODES[code] ?? 'NetStream.Play.Failed', message);
}
