import { LianmaiError } from '@lianmai/protocol';
import { type AmfObject } from '../../media/formats/index.js';
import { AUDIO_FOUR_CCS, VIDEO_FOUR_CCS } from '../../media/protocols/rtmp/index.js';
import { FLV, type AcceptedCodecs } from '../../hub/renditions/index.js';
import { asObject } from './rtmpCommands.js';

/** Enhanced RTMP v2, fourCcInfoMask: 1 decode, 2 encode, 4 forward. */
const CAN_FORWARD = 4;
/** capsEx: multitrack (2), of which we use the first track; ModEx (4), which we skip. No reconnect, no nanoseconds. */
const CAPABILITIES = 2 | 4;

/**
 * Returns the codecs that a player supports. Without enhanced RTMP it gets AAC or MP3; video stays unchanged, because one old player does
 * not justify transcoding.
 */
export function acceptedByPlayer(connect: AmfObject): AcceptedCodecs {
  const list = Array.isArray(connect['fourCcList']) ? connect['fourCcList'] : [];
  const names = [...list, ...Object.keys(asObject(connect['audioFourCcInfoMap']))];
  const hasOpus = names.some((name) => name === 'Opus' || name === '*');
  return hasOpus ? { ...FLV, audio: [...FLV.audio, 'opus'] } : FLV;
}

const forwardable = (fourCcs: readonly string[]): AmfObject => Object.fromEntries(fourCcs.map((fourCc) => [fourCc, CAN_FORWARD]));

/**
 * Returns the enhanced part of the `connect` reply. It repeats only the properties that the client sent, so older clients are not confused.
 */
export function enhancedConnectReply(connect: AmfObject): AmfObject {
  const reply: AmfObject = {};
  if ('fourCcList' in connect) reply['fourCcList'] = [...VIDEO_FOUR_CCS, ...AUDIO_FOUR_CCS];
  if ('videoFourCcInfoMap' in connect) reply['videoFourCcInfoMap'] = forwardable(VIDEO_FOUR_CCS);
  if ('audioFourCcInfoMap' in connect) reply['audioFourCcInfoMap'] = forwardable(AUDIO_FOUR_CCS);
  if ('capsEx' in connect) reply['capsEx'] = CAPABILITIES;
  return reply;
}

/** Rejects a publisher whose video codec `ErtmpNormaliser` cannot carry. */
export const unsupportedVideo = (codec: string) =>
  new LianmaiError('UNSUPPORTED', { codec }, { message: `Video codec ${codec} is not supported. Publish H.264, HEVC, AV1 or VP9.` });
