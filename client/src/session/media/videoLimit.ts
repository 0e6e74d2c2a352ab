import type { types } from 'mediasoup-client';

/** The rates that a sender of video wants for its layers, in bit/s, smallest first. */
export interface VideoDemand {
  source: 'camera' | 'screen';
  layersBps: readonly number[];
}

/** The rate of each layer; null: not sent. */
export type LayerRates = readonly (number | null)[];

/** A layer with less than this share of its rate is worth less than the smaller layer alone. */
const WORTHWHILE = 0.6;
/** While a screen is shared, people are small. */
const CAMERA_BESIDE_SCREEN = 1 / 3;

export const fullRate = (demands: readonly VideoDemand[]): number =>
  demands.reduce((sum, { layersBps }) => sum + layersBps.reduce((all, bps) => all + bps, 0), 0);

/** Divides a budget (bit/s) among senders: the smallest layer always gets something, each larger one only if enough is left. */
export function divideBudget(demands: readonly VideoDemand[], budgetBps: number): LayerRates[] {
  const isShared = new Set(demands.map(({ source }) => source)).size > 1;
  return demands.map(({ source, layersBps }) => {
    const part = !isShared ? 1 : source === 'camera' ? CAMERA_BESIDE_SCREEN : 1 - CAMERA_BESIDE_SCREEN;
    return fillLayers(layersBps, budgetBps * part);
  });
}

function fillLayers(layersBps: readonly number[], budgetBps: number): LayerRates {
  let left = budgetBps;
  return layersBps.map((bps, layer) => {
    if (layer > 0 && left < bps * WORTHWHILE) return null;
    const rate = Math.min(bps, left);
    left -= rate;
    return Math.round(rate);
  });
}

/** Sets the rates of a sender's layers. Does nothing where they are set already. */
export async function applyRates(sender: RTCRtpSender, rates: LayerRates): Promise<void> {
  const parameters = sender.getParameters();
  let isNew = false;
  for (const [layer, encoding] of parameters.encodings.entries()) {
    const rate = rates[layer] ?? null;
    if (encoding.active === (rate !== null) && (rate === null || encoding.maxBitrate === rate)) continue;
    isNew = true;
    encoding.active = rate !== null;
    if (rate !== null) encoding.maxBitrate = rate;
  }
  if (isNew) await sender.setParameters(parameters);
}

/** Rates without a limit. */
export const layersOf = (encodings: readonly types.RtpEncodingParameters[]): number[] => encodings.map(({ maxBitrate }) => maxBitrate ?? 0);
