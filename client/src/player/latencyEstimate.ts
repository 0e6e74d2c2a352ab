/** Cumulative counters of one incoming WebRTC track, and the round trip. */
export interface ReceiverSample {
  /** Total time that all frames have waited, s. */
  jitterBufferDelay: number;
  emittedCount: number;
  roundTripSeconds: number | null;
}

/** Latency that no report covers: packetising, the way through the SFU, and the way from the decoder to the screen. */
const UNREPORTED_SECONDS = 0.1;

/**
 * From the hub to the screen: half the round trip, the recent wait in the jitter buffer, and what no report covers. null: nothing arrived.
 */
export function whepLatencySeconds(before: ReceiverSample, now: ReceiverSample): number | null {
  const frames = now.emittedCount - before.emittedCount;
  if (frames <= 0) return null;
  const waited = (now.jitterBufferDelay - before.jitterBufferDelay) / frames;
  return waited + (now.roundTripSeconds ?? 0) / 2 + UNREPORTED_SECONDS;
}

/** Picks the counters out of `getStats()`, whose reports differ between browsers. null: no video. */
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

/** A clock that is off by more than this says nothing about latency. */
const PLAUSIBLE_EXTRA_SECONDS = 15;

/**
 * Prefers the playlist's clock (EXT-X-PROGRAM-DATE-TIME), which also counts media that is not in the playlist yet. If the viewer's clock
 * disagrees, falls back to the distance to the end of the playlist.
 */
export function hlsLatencySeconds(toEdgeSeconds: number | null, playingAtMs: number | null, nowMs: number): number | null {
  if (toEdgeSeconds === null) return null;
  const byClock = playingAtMs === null ? null : (nowMs - playingAtMs) / 1000;
  const isPlausible = byClock !== null && byClock >= toEdgeSeconds && byClock <= toEdgeSeconds + PLAUSIBLE_EXTRA_SECONDS;
  return isPlausible ? byClock : toEdgeSeconds;
}
