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
 * In order of preference. VP8 first, because every browser encodes it with simulcast; H264 in the profiles that browsers offer (constrained baseline, baseline,
 * main); VP9 for those who ask for it. AV1 is left out: the bridge takes RTP as IVF in VP8, VP9 and H264 only, and a producer that the program cannot
 * show would be a hole in the picture.
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

/** For streams: what every player and the bridge know, under the numbers that a player asked for. Profiles are told apart by who negotiates, not by the router. */
export function streamCodecs({ video, audio }: PayloadTypes): types.RouterRtpCodecCapability[] {
  const [opus] = mediaCodecs;
  return [...(opus ? [{ ...opus, preferredPayloadType: audio }] : []), { ...h264(STREAM_PROFILE), preferredPayloadType: video }];
}

/** Constrained baseline: what a stream's H.264 is called inside, whatever it is. */
const STREAM_PROFILE = '42e01f';

/** What a plain RTP producer of this codec says of itself. */
export function inputParameters({ kind, codec, ssrc, payloadType }: SfuFeedTrack): types.RtpParameters {
  const { parameters = {} } = h264(STREAM_PROFILE);
  const media =
    codec === 'opus'
      ? { mimeType: 'audio/opus', clockRate: 48_000, channels: 2, parameters: {}, rtcpFeedback: [] }
      : { mimeType: 'video/H264', clockRate: 90_000, parameters, rtcpFeedback: [{ type: 'nack', parameter: 'pli' }] };
  return { codecs: [{ ...media, payloadType }], encodings: [{ ssrc }], rtcp: { cname: `input-${kind}` } };
}

const VIDEO_ORIENTATION = 'urn:3gpp:video-orientation';

/** The same for every router, because all have the same codecs. Without video-orientation: a phone then rotates before it encodes, and nobody else has to. */
export function clientCapabilities(): types.RtpCapabilities {
  const { codecs = [], headerExtensions = [] } = ortc.generateRouterRtpCapabilities(mediaCodecs);
  return { codecs, headerExtensions: headerExtensions.filter(({ uri }) => uri !== VIDEO_ORIENTATION) };
}

/**
 * What the bridge can receive. Without feedback mediasoup makes no congestion controller for the plain transport: with one it would send probation packets
 * (SSRC 1234) into the decoder. Without RTX because nobody sends NACK on the way to the bridge.
 */
export function tapCapabilities(): types.RtpCapabilities {
  const { codecs = [] } = ortc.generateRouterRtpCapabilities(mediaCodecs);
  const media = codecs.filter(({ mimeType }) => !mimeType.endsWith('/rtx'));
  return { codecs: media.map((codec) => ({ ...codec, rtcpFeedback: [] })), headerExtensions: [] };
}
