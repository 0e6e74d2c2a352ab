import { LianmaiError } from '@lianmai/protocol';
import { type AmfObject } from '../../media/formats/index.js';
import { AUDIO_FOUR_CCS, VIDEO_FOUR_CCS } from '../../media/protocols/rtmp/index.js';
import { FLV, type AcceptedCodecs } from '../../hub/renditions/index.js';
import { asObject } from './rtmpCommands.js';

/** Enhanced RTMP v2, fourCcInfoMask: can decode, encode, forward. */
const CAN_FORWARD = 4;
/** capsEx: multitrack (2) is understood, its first track is taken; ModEx (4) is skipped. No reconnect, no nanoseconds. */
const CAPABILITIES = 2 | 4;

/** What a player can take. One that says nothing of enhanced RTMP gets sound it knows; pictures stay as they are: transcoding them is not worth one old player. */
export function acceptedByPlayer(connect: AmfObject): AcceptedCodecs {
  const list = Array.isArray(connect['fourCcList']) ? connect['fourCcList'] : [];
  const names = [...list, ...Object.keys(asObject(connect['audioFourCcInfoMap']))];
  const hasOpus = names.some((name) => name === 'Opus' || name === '*');
  return hasOpus ? { ...FLV, audio: [...FLV.audio, 'opus'] } : FLV;
}

const forwardable = (fourCcs: readonly string[]): AmfObject => Object.fromEntries(fourCcs.map((fourCc) => [fourCc, CAN_FORWARD]));

/** Part of the answer to `connect` for a client that asked in these words; those that did not are not confused by them. */
export function enhancedConnectReply(connect: AmfObject): AmfObject {
  const answer: AmfObject = {};
  if ('fourCcList' in connect) answer['fourCcList'] = [...VIDEO_FOUR_CCS, ...AUDIO_FOUR_CCS];
  if ('videoFourCcInfoMap' in connect) answer['videoFourCcInfoMap'] = forwardable(VIDEO_FOUR_CCS);
  if ('audioFourCcInfoMap' in connect) answer['audioFourCcInfoMap'] = forwardable(AUDIO_FOUR_CCS);
  if ('capsEx' in connect) answer['capsEx'] = CAPABILITIES;
  return answer;
}

/** Rejects a publisher whose video codec `ErtmpNormaliser` cannot carry. */
export const unsupportedVideo = (codec: string) =>
  new LianmaiError('UNSUPPORTED', { codec }, { message: `Video codec ${codec} is not supported. Publish H.264, HEVC, AV1 or VP9.` });
