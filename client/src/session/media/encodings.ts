import type { PublishSource } from '@lianmai/protocol';
import type { types } from 'mediasoup-client';

/** How one source is sent. */
interface SendOptions {
  encodings: types.RtpEncodingParameters[];
  codecOptions: types.ProducerCodecOptions;
}

/** Bit rates of a 720p camera's layers in bit/s, smallest first. */
const LAYER_BITRATES = [150_000, 500_000, 1_700_000] as const;
/** Their heights, px. */
const LAYER_HEIGHTS = [180, 360, 720] as const;
/** A layer may need less than its full rate. */
const WORTHWHILE = 0.6;
const SCREEN_BITRATE = 2_500_000;
const VOICE_BITRATE = 64_000;
const SYSTEM_SOUND_BITRATE = 128_000;

/** Sound first: it gets its share of a scarce network before any picture. */
const SOUND_PRIORITY = { priority: 'high', networkPriority: 'high' } as const;
const VIDEO_PRIORITY = { priority: 'low', networkPriority: 'low' } as const;

/**
 * Simulcast of a camera. Below 960x540, browsers drop the smallest layer, and asking for it would reduce the best layer to a quarter of the
 * picture. So such cameras get two layers instead of three.
 */
export function cameraEncodings({ width, height }: { width: number; height: number }): types.RtpEncodingParameters[] {
  const isLarge = Math.max(width, height) >= 960 && Math.min(width, height) >= 540;
  const scales = isLarge ? [4, 2, 1] : [2, 1];
  return scales.map((scaleResolutionDownBy, layer) => ({
    scaleResolutionDownBy,
    maxBitrate: LAYER_BITRATES[layer] ?? VOICE_BITRATE,
    // Three temporal layers let the server drop frames before it gives up sharpness.
    scalabilityMode: 'L1T3',
    ...VIDEO_PRIORITY,
  }));
}

/** Returns the height of the largest layer that such a rate (bit/s) carries. */
export const tallestFor = (bps: number): number =>
  LAYER_HEIGHTS.reduce<number>((tallest, height, layer) => (bps >= (LAYER_BITRATES[layer] ?? 0) * WORTHWHILE ? height : tallest), 180);

/** Skips the seconds in which bandwidth estimation would climb from 300 kb/s. */
const VIDEO_START: types.ProducerCodecOptions = { videoGoogleStartBitrate: 1000 };

export function sendOptions(source: PublishSource, track: Pick<MediaStreamTrack, 'getSettings'>): SendOptions {
  switch (source) {
    case 'camera': {
      const { width = 1280, height = 720 } = track.getSettings();
      return { encodings: cameraEncodings({ width, height }), codecOptions: VIDEO_START };
    }
    case 'screen':
      // One layer, because text at half size is unreadable. Everyone gets the same picture.
      return { encodings: [{ maxBitrate: SCREEN_BITRATE, ...VIDEO_PRIORITY }], codecOptions: VIDEO_START };
    case 'microphone':
      return {
        encodings: [{ maxBitrate: VOICE_BITRATE, ...SOUND_PRIORITY }],
        codecOptions: { opusDtx: true, opusFec: true, opusNack: true, opusStereo: false },
      };
    case 'screenAudio':
      return {
        encodings: [{ maxBitrate: SYSTEM_SOUND_BITRATE, ...SOUND_PRIORITY }],
        codecOptions: { opusDtx: false, opusFec: true, opusNack: true, opusStereo: true, opusMaxAverageBitrate: SYSTEM_SOUND_BITRATE },
      };
  }
}
