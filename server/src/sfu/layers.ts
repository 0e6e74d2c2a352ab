import type { PublishSource } from '@lianmai/protocol';
import { parseScalabilityMode, type types } from 'mediasoup';

/** Layers that a producer sends: heights of the spatial layers in px, smallest first, and the number of temporal layers in each. */
export interface LayerLadder {
  heightsPx: readonly number[];
  temporalLayers: number;
}

const ASSUMED_HEIGHT_PX = { camera: 720, screen: 1080 } as const;
/** Accept a layer that is up to this much too small: the difference is invisible, and the next layer costs four times the bitrate. */
const SLACK = 1.1;
/** A screen share below this fraction of its height is a thumbnail. Its text is unreadable, so it needs no motion. */
const THUMBNAIL = 0.25;

export function ladderOf(encodings: readonly types.RtpEncodingParameters[], source: PublishSource, videoHeightPx?: number): LayerLadder {
  const height = videoHeightPx ?? ASSUMED_HEIGHT_PX[source === 'screen' ? 'screen' : 'camera'];
  const { spatialLayers, temporalLayers } = parseScalabilityMode(encodings[0]?.scalabilityMode);
  if (encodings.length > 1) {
    const divisors = encodings.map((encoding, index) => scaleDownBy(encoding) ?? 2 ** (encodings.length - 1 - index));
    return { heightsPx: divisors.map((divisor) => height / divisor), temporalLayers };
  }
  return { heightsPx: Array.from({ length: spatialLayers }, (_, index) => height / 2 ** (spatialLayers - 1 - index)), temporalLayers };
}

/** Browsers set it in their encodings; mediasoup passes it through unread. */
function scaleDownBy(encoding: types.RtpEncodingParameters): number | null {
  const value = 'scaleResolutionDownBy' in encoding ? encoding.scaleResolutionDownBy : undefined;
  return typeof value === 'number' && value >= 1 && Number.isFinite(value) ? value : null;
}

/**
 * Picks the smallest layer that fills the displayed height, or the largest if none does. A screen keeps its full resolution so that text
 * stays readable; a thumbnail loses frames, not pixels.
 */
export function pickLayers({ heightsPx, temporalLayers }: LayerLadder, source: PublishSource, shownHeightPx: number): types.ConsumerLayers {
  const top = Math.max(0, heightsPx.length - 1);
  if (source === 'screen') {
    const isThumbnail = shownHeightPx < (heightsPx[top] ?? 0) * THUMBNAIL;
    return { spatialLayer: top, temporalLayer: isThumbnail ? 0 : temporalLayers - 1 };
  }
  const fitting = heightsPx.findIndex((height) => height * SLACK >= shownHeightPx);
  return { spatialLayer: fitting < 0 ? top : fitting, temporalLayer: temporalLayers - 1 };
}

/** Priority when bandwidth is scarce, 1-255: screen shares first, then pictures by displayed height. */
export function priorityOf(source: PublishSource, shownHeightPx: number): number {
  return source === 'screen' ? 200 : Math.min(100, Math.max(1, Math.round(shownHeightPx / 10)));
}
