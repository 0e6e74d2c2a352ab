import { delay } from '@lianmai/kit';
import { nowMs } from '../clock.js';
import type { Stream } from '../stream/index.js';

/** A stream says what it is with its first tags, a transcoded one when its encoder has started; the second track comes with the first, or there is none. */
const DESCRIBED_WITHIN_MS = 4000;
const SECOND_TRACK_MS = 500;
const POLL_MS = 20;

/** Resolves when a stream has said what it consists of, or probably never will. */
export async function described(stream: Stream, signal: AbortSignal): Promise<void> {
  const startedAtMs = nowMs();
  let sinceMs: number | null = null;
  for (;;) {
    const { video, audio } = stream.preamble;
    const atMs = nowMs();
    if (video ?? audio) sinceMs ??= atMs;
    const isOld = Date.now() - stream.startedAtMs > DESCRIBED_WITHIN_MS;
    const isComplete = (video && audio) || (sinceMs !== null && (isOld || atMs - sinceMs > SECOND_TRACK_MS));
    if (isComplete || atMs - startedAtMs > DESCRIBED_WITHIN_MS || stream.isEnded) return;
    await delay(POLL_MS, signal);
  }
}
