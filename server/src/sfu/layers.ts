import type { PublishSource } from '@lianmai/protocol';
import { parseScalabilityMode, type types } from 'mediasoup';

/** What a producer sends: heights of its spatial layers in px, smallest first, and how many temporal layers each has. */
export interface LayerLadder {
  heightsPx: readonly number[];
  temporalLayers: number;
}

const ASSUMED_HEIGHT_PX = { camera: 720, screen: 1080 } as const;
/** A layer that is this much too small is still taken: nobody sees it, and the next one costs four times the bits. */
const SLACK = 1.1;
/** A shared screen shown below this part of its height is a thumbnail: its text cannot be read, so it needs no motion either. */
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

/** Browsers' encodings carry it; mediasoup passes it through without knowing it. */
function scaleDownBy(encoding: types.RtpEncodingParameters): number | null {
  const value = 'scaleResolutionDownBy' in encoding ? encoding.scaleResolutionDownBy : undefined;
  return typeof value === 'number' && value >= 1 && Number.isFinite(value) ? value : null;
}

/**
 * The smallest layer that fills the shown height; the largest if none does. A screen stays at full resolution, because its text must be readable: where
 * it is shown as a thumbnail it loses frames, not pixels.
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

/** Share of the bandwidth when it is scarce, 1-255: the shared screen first, then pictures by their shown height. */
export function priorityOf(source: PublishSource, shownHeightPx: number): number {
  return source === 'screen' ? 200 : Math.min(100, Math.max(1, Math.round(shownHeightPx / 10)));
}
