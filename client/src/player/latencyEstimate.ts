/** Cumulative counters of one incoming WebRTC track, and the way there and back. */
export interface ReceiverSample {
  /** Seconds that all frames waited together. */
  jitterBufferDelay: number;
  emittedCount: number;
  roundTripSeconds: number | null;
}

/** What no report tells: a picture's way into packets, through the SFU, and from the decoder to the screen. */
const BESIDES_SECONDS = 0.1;

/** From the hub to the screen: half the round trip, how long a picture of late waited for its turn, and the little besides. null while nothing came. */
export function whepLatencySeconds(before: ReceiverSample, now: ReceiverSample): number | null {
  const frames = now.emittedCount - before.emittedCount;
  if (frames <= 0) return null;
  const waited = (now.jitterBufferDelay - before.jitterBufferDelay) / frames;
  return waited + (now.roundTripSeconds ?? 0) / 2 + BESIDES_SECONDS;
}

/** Picked out of `getStats()`, whose reports differ between browsers; null: there is no picture in it. */
export function receiverSampleOf(report: Iterable<readonly [string, unknown]>): ReceiverSample | null {
  let sample: ReceiverSample | null = null;
  let roundTripSeconds: number | null = null;
  for (const [, entry] of report) {
    if (typeof entry !== 'object' || entry === null) continue;
    const stats = entry as { [name: string]: unknown };
    if (stats['type'] === 'candidate-pair' && stats['nominated'] === true) roundTripSeconds = numberOf(stats['currentRoundTripTime']);
    if (stats['type'] !== 'inbound-rtp' || stats['kind'] !== 'video') continue;
    const [jitterBufferDelay, emittedCount] = [numberOf(stats['jitterBufferDelay']), numberOf(stats['jitterBufferEmittedCount'])];
    if (jitterBufferDelay !== null && emittedCount !== null) sample = { jitterBufferDelay, emittedCount, roundTripSeconds: null };
  }
  return sample && { ...sample, roundTripSeconds };
}

const numberOf = (value: unknown): number | null => (typeof value === 'number' && Number.isFinite(value) ? value : null);

/** A clock that is wrong by more than this tells nothing about latency. */
const PLAUSIBLE_EXTRA_SECONDS = 15;

/**
 * HLS: the playlist's own clock (EXT-X-PROGRAM-DATE-TIME) where the viewer's clock agrees with it, because it also counts what was not yet in the playlist;
 * else the distance to the end of the playlist.
 */
export function hlsLatencySeconds(toEdgeSeconds: number | null, playingAtMs: number | null, nowMs: number): number | null {
  if (toEdgeSeconds === null) return null;
  const byClock = playingAtMs === null ? null : (nowMs - playingAtMs) / 1000;
  const isPlausible = byClock !== null && byClock >= toEdgeSeconds && byClock <= toEdgeSeconds + PLAUSIBLE_EXTRA_SECONDS;
  return isPlausible ? byClock : toEdgeSeconds;
}
