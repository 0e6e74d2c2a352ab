import { LianmaiError, type PublishSource } from '@lianmai/protocol';
import type { types } from 'mediasoup';
import type { PayloadTypes } from '../../sfu/index.js';
import type { Offer, OfferedCodec, OfferedLayer, OfferedSection } from './Offer.js';

/** Payload types that Chromium has used for H.264 and Opus for years. With them, most players need no pipe between routers. */
export const BROWSER_PAYLOAD_TYPES: PayloadTypes = { video: 102, audio: 111 };

/** An accepted m-line and the codec chosen for it. */
export interface ChosenSection {
  section: OfferedSection;
  kind: 'audio' | 'video';
  codec: OfferedCodec;
  /** The codec's retransmissions. */
  rtx: OfferedCodec | null;
}

/** Baseline, main, extended (from some cameras) and high, with any constraints. */
const PROFILES: readonly string[] = ['42', '4d', '58', '64'];
const profileOf = ({ parameters }: OfferedCodec) => (parameters['profile-level-id'] ?? '42e01f').toLowerCase();

const isOpus = ({ name, clockRate }: OfferedCodec) => name === 'opus' && clockRate === 48_000;
const isH264 = (codec: OfferedCodec) =>
  codec.name === 'h264' &&
  codec.clockRate === 90_000 &&
  codec.parameters['packetization-mode'] === '1' &&
  /^[0-9a-f]{6}$/.test(profileOf(codec)) &&
  PROFILES.includes(profileOf(codec).slice(0, 2));

/** Chooses the first usable audio and video m-line that a publisher sends. Throws UNSUPPORTED if there is neither. */
export const chooseForPublish = (offer: Offer): ChosenSection[] => choose(offer, ({ canSend }) => canSend, ['video', 'audio']);

/** Chooses the first audio and video m-line for the stream's kinds, under the `preferred` payload types if offered. */
export const chooseForPlay = (offer: Offer, kinds: readonly ('audio' | 'video')[], preferred: PayloadTypes): ChosenSection[] =>
  choose(offer, ({ canReceive }) => canReceive, kinds, preferred.video);

function choose(
  offer: Offer,
  isWanted: (section: OfferedSection) => boolean,
  kinds: readonly ('audio' | 'video')[],
  preferredVideo?: number,
): ChosenSection[] {
  const chosen: ChosenSection[] = [];
  for (const section of offer.sections) {
    const kind = kinds.find((one) => one === section.type);
    if (!kind || section.isRejected || !section.isBundled || !isWanted(section) || chosen.some((one) => one.kind === kind)) continue;
    const codec = kind === 'audio' ? section.codecs.find(isOpus) : bestH264(section.codecs, preferredVideo);
    if (codec) chosen.push({ section, kind, codec, rtx: rtxOf(section.codecs, codec) });
  }
  if (chosen.length > 0) return chosen;
  throw new LianmaiError(
    'UNSUPPORTED',
    { expected: ['H264 with packetization-mode=1', 'opus'] },
    { message: 'The offer has neither H.264 (packetization-mode=1) nor Opus. Enable one of them.' },
  );
}

/**
 * Prefers constrained baseline, which every client supports, then the offer's order. Decoders follow the stream itself, so any profile
 * works for a player.
 */
function bestH264(codecs: readonly OfferedCodec[], preferred: number | undefined): OfferedCodec | undefined {
  const usable = codecs.filter(isH264);
  const preferredCodec = usable.find(({ payloadType }) => payloadType === preferred);
  if (preferredCodec) return preferredCodec;
  return usable.find((codec) => profileOf(codec).startsWith('42e0')) ?? usable[0];
}

const rtxOf = (codecs: readonly OfferedCodec[], { payloadType }: OfferedCodec) =>
  codecs.find(({ name, parameters }) => name === 'rtx' && parameters['apt'] === String(payloadType)) ?? null;

export const SOURCE: Record<'audio' | 'video', PublishSource> = { audio: 'microphone', video: 'camera' };

/** The router treats all H.264 as constrained baseline; only the two ends know the real profile. */
const H264_PARAMETERS = { 'packetization-mode': 1, 'profile-level-id': '42e01f', 'level-asymmetry-allowed': 1 };
const USED_FEEDBACK: ReadonlySet<string> = new Set(['nack/', 'nack/pli', 'ccm/fir', 'transport-cc/']);
const MID = 'urn:ietf:params:rtp-hdrext:sdes:mid';
const RID = 'urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id';
/** Header extensions that the SFU uses. Without video-orientation, phones rotate the picture themselves. */
const USED_EXTENSIONS: ReadonlySet<string> = new Set([
  MID,
  RID,
  'urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id',
  'urn:ietf:params:rtp-hdrext:ssrc-audio-level',
  'http://www.webrtc.org/experiments/rtp-hdrext/abs-send-time',
  'http://www.ietf.org/id/draft-holmer-rmcat-transport-wide-cc-extensions-01',
]);

/**
 * Returns the feedback that the server and the client both use. libwebrtc can send lost Opus packets again, and ask for them, but does not
 * offer it; the answer switches it on. Only libwebrtc offers transport-cc for Opus.
 */
export function usedFeedback({ name, feedback }: OfferedCodec): types.RtcpFeedback[] {
  const used = feedback.filter(({ type, parameter }) => USED_FEEDBACK.has(`${type}/${parameter ?? ''}`));
  const isSilentAboutNack = name === 'opus' && feedback.some(({ type }) => type === 'transport-cc') && !used.some(isNack);
  return isSilentAboutNack ? [...used, { type: 'nack' }] : used;
}

const isNack = ({ type, parameter }: types.RtcpFeedback) => type === 'nack' && !parameter;

export function usedExtensions({ section }: ChosenSection): OfferedSection['extensions'] {
  const seen = new Set<string>();
  return section.extensions.filter(({ uri }) => USED_EXTENSIONS.has(uri) && !seen.has(uri) && seen.add(uri));
}

/** Converts a publisher's m-line for mediasoup. Throws BAD_REQUEST if its packets could not be identified. */
export function producerParameters(chosen: ChosenSection): types.RtpParameters {
  const { section, kind, codec, rtx } = chosen;
  const extensions = usedExtensions(chosen);
  if (section.ssrc === null && !extensions.some(({ uri }) => uri === MID))
    throw new LianmaiError('BAD_REQUEST', undefined, { message: `SDP: expected a=ssrc or the mid header extension for m=${kind}` });
  const media: types.RtpCodecParameters = {
    mimeType: kind === 'audio' ? 'audio/opus' : 'video/H264',
    payloadType: codec.payloadType,
    clockRate: codec.clockRate,
    ...(kind === 'audio' && { channels: 2 }),
    parameters: kind === 'audio' ? {} : H264_PARAMETERS,
    rtcpFeedback: usedFeedback(codec),
  };
  const retransmission: types.RtpCodecParameters[] = rtx
    ? [
        {
          mimeType: `${kind}/rtx`,
          payloadType: rtx.payloadType,
          clockRate: rtx.clockRate,
          parameters: { apt: codec.payloadType },
          rtcpFeedback: [],
        },
      ]
    : [];
  const layers = layersOf(chosen);
  const only = section.ssrc === null ? {} : encodingOf({ ssrc: section.ssrc, rtxSsrc: section.rtxSsrc }, rtx !== null);
  return {
    mid: section.mid,
    codecs: [media, ...(kind === 'video' ? retransmission : [])],
    headerExtensions: extensions.flatMap(({ id, uri }) => (isKnownUri(uri) ? [{ id, uri }] : [])),
    encodings: layers.length > 0 ? layers.map((layer) => encodingOf(layer, rtx !== null)) : [only],
    rtcp: section.cname === null ? { reducedSize: true } : { cname: section.cname, reducedSize: true },
  };
}

/** Returns the accepted layers, or none if their packets could not be identified. */
export function layersOf({ section, kind }: ChosenSection): readonly OfferedLayer[] {
  const isTold = (layer: OfferedLayer) =>
    'ssrc' in layer || [MID, RID].every((needed) => section.extensions.some(({ uri }) => uri === needed));
  return kind === 'video' && section.layers.every(isTold) ? section.layers : [];
}

const encodingOf = (layer: OfferedLayer, hasRtx: boolean): types.RtpEncodingParameters =>
  'rid' in layer ? { rid: layer.rid } : { ssrc: layer.ssrc, ...(hasRtx && layer.rtxSsrc !== null && { rtx: { ssrc: layer.rtxSsrc } }) };

/** Narrows to mediasoup's type, which includes every URI above. */
const isKnownUri = (uri: string): uri is types.RtpHeaderExtensionUri => USED_EXTENSIONS.has(uri);

/** Returns the capabilities of a player's m-line. */
export function consumerCapabilities({ kind, codec, section }: ChosenSection): types.RtpCapabilities {
  const capability: types.RtpCodecCapability = {
    kind,
    mimeType: kind === 'audio' ? 'audio/opus' : 'video/H264',
    preferredPayloadType: codec.payloadType,
    clockRate: codec.clockRate,
    ...(kind === 'audio' && { channels: 2 }),
    parameters: kind === 'audio' ? {} : H264_PARAMETERS,
    rtcpFeedback: usedFeedback(codec),
  };
  const headerExtensions = section.extensions.flatMap(({ id, uri }): types.RtpHeaderExtension[] =>
    isKnownUri(uri) ? [{ kind, uri, preferredId: id, preferredEncrypt: false, direction: 'sendrecv' }] : [],
  );
  return { codecs: [capability], headerExtensions };
}

/** Returns the payload types that a player requests, and the `spare` one for a kind that it does not want. */
export function payloadTypesOf(chosen: readonly ChosenSection[], spare: PayloadTypes): PayloadTypes {
  const numbers = Object.fromEntries(chosen.map(({ kind, codec }) => [kind, codec.payloadType])) as Partial<PayloadTypes>;
  const { audio, video } = numbers;
  const other = (taken: number, wanted: number) => (taken === wanted ? (wanted === 127 ? 96 : wanted + 1) : wanted);
  if (audio !== undefined && video !== undefined) {
    if (audio === video)
      throw new LianmaiError('BAD_REQUEST', undefined, { message: 'SDP: expected different payload types for different codecs' });
    return { audio, video };
  }
  if (video !== undefined) return { video, audio: other(video, spare.audio) };
  return { audio: audio ?? spare.audio, video: other(audio ?? spare.audio, spare.video) };
}
