import type { Recording } from '@lianmai/protocol';

type Recorded = Pick<Recording, 'startedAtMs' | 'durationMs' | 'gaps'>;
type Begun = Pick<Recording, 'startedAtMs' | 'state'>;
interface Span {
  fromMs: number;
  toMs: number;
}

/** How much of the time between two times (epoch ms) none of the recordings holds. */
export function missingMs(recordings: readonly Recorded[], { fromMs, toMs }: Span): number {
  const kept = recordings
    .flatMap(spansOf)
    .map((span) => ({ fromMs: Math.max(fromMs, span.fromMs), toMs: Math.min(toMs, span.toMs) }))
    .filter((span) => span.toMs > span.fromMs)
    .sort((a, b) => a.fromMs - b.fromMs);
  let missing = 0;
  let atMs = fromMs;
  for (const span of [...kept, { fromMs: toMs, toMs }]) {
    missing += Math.max(0, span.fromMs - atMs);
    atMs = Math.max(atMs, span.toMs);
  }
  return missing;
}

/** How often another recording began between two times (epoch ms) although the one before had not failed. */
export function splitsIn(recordings: readonly Begun[], { fromMs, toMs }: Span): number {
  const oldestFirst = recordings.toSorted((a, b) => a.startedAtMs - b.startedAtMs);
  const isSplit = ({ startedAtMs }: Begun, index: number) => {
    const before = oldestFirst[index - 1];
    return before !== undefined && before.state !== 'failed' && startedAtMs >= fromMs && startedAtMs <= toMs;
  };
  return oldestFirst.filter(isSplit).length;
}

/** The times that a recording holds: its media time stands still in a gap. */
function spansOf({ startedAtMs, durationMs, gaps }: Recorded): Span[] {
  const spans: Span[] = [];
  let fromMs = startedAtMs;
  let mediaMs = 0;
  for (const gap of gaps) {
    const toMs = fromMs + gap.atMs - mediaMs;
    spans.push({ fromMs, toMs });
    fromMs = toMs + gap.lengthMs;
    mediaMs = gap.atMs;
  }
  return [...spans, { fromMs, toMs: fromMs + durationMs - mediaMs }];
}
