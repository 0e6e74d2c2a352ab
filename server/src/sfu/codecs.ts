import type { SfuFeedTrack } from '@lianmai/protocol';
import { ortc, type types } from 'mediasoup';
import type { PayloadTypes } from './contract.js';

const h264 = (profileLevelId: string): types.RouterRtpCodecCapability => ({
  kind: 'video',
  mimeType: 'video/H264',
  clockRate: 90_000,
  parameters: { 'packetization-mode': 1, 'level-asymmetry-allowed': 1, 'profile-level-id': profileLevelId },
});

/**
 * In order of preference: VP8, which every browser encodes with simulcast; H264 in the profiles that browsers offer (constrained
 * baseline, baseline, main); VP9 on request. AV1 is missing because the bridge accepts RTP as IVF only in VP8, VP9 and H264, so the
 * program could not show it.
 */
export const mediaCodecs: types.RouterRtpCodecCapability[] = [
  {
    kind: 'audio',
    mimeType: 'audio/opus',
    clockRate: 48_000,
    channels: 2,
    parameters: { useinbandfec: 1, usedtx: 1 },
    rtcpFeedback: [{ type: 'nack' }, { type: 'transport-cc' }],
  },
  { kind: 'video', mimeType: 'video/VP8', clockRate: 90_000 },
  h264('42e01f'),
  h264('42001f'),
  h264('4d001f'),
  { kind: 'video', mimeType: 'video/VP9', clockRate: 90_000, parameters: { 'profile-id': 0 } },
];

/**
 * Codecs for streams: those that every player and the bridge support, under the payload types that a player requested. SDP negotiation
 * distinguishes profiles; the router does not.
 */
export function streamCodecs({ video, audio }: PayloadTypes): types.RouterRtpCodecCapability[] {
  const [opus] = mediaCodecs;
  return [...(opus ? [{ ...opus, preferredPayloadType: audio }] : []), { ...h264(STREAM_PROFILE), preferredPayloadType: video }];
}

/** Constrained baseline: the internal profile of every H.264 stream, whatever its real one. */
const STREAM_PROFILE = '42e01f';

/** RTP parameters of a plain RTP producer of this codec. */
export function inputParameters({ kind, codec, ssrc, payloadType }: SfuFeedTrack): types.RtpParameters {
  const { parameters = {} } = h264(STREAM_PROFILE);
  const media =
    codec === 'opus'
      ? { mimeType: 'audio/opus', clockRate: 48_000, channels: 2, parameters: {}, rtcpFeedback: [] }
      : { mimeType: 'video/H264', clockRate: 90_000, parameters, rtcpFeedback: [{ type: 'nack', parameter: 'pli' }] };
  return { codecs: [{ ...media, payloadType }], encodings: [{ ssrc }], rtcp: { cname: `input-${kind}` } };
}

const VIDEO_ORIENTATION = 'urn:3gpp:video-orientation';

/**
 * Identical for every router, since all have the same codecs. Without video-orientation, phones rotate the picture before encoding, so
 * receivers need not.
 */
export function clientCapabilities(): types.RtpCapabilities {
  const { codecs = [], headerExtensions = [] } = ortc.generateRouterRtpCapabilities(mediaCodecs);
  return { codecs, headerExtensions: headerExtensions.filter(({ uri }) => uri !== VIDEO_ORIENTATION) };
}

/**
 * Capabilities of the bridge, without RTX because the bridge sends no NACK. Without feedback, mediasoup adds no congestion controller to
 * the plain transport, whose probation packets (SSRC 1234) would reach the decoder.
 */
export function tapCapabilities(): types.RtpCapabilities {
  const { codecs = [] } = ortc.generateRouterRtpCapabilities(mediaCodecs);
  const media = codecs.filter(({ mimeType }) => !mimeType.endsWith('/rtx'));
  return { codecs: media.map((codec) => ({ ...codec, rtcpFeedback: [] })), headerExtensions: [] };
}
