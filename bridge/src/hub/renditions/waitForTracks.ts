import { delay } from '@lianmai/kit';
import { nowMs } from '../../runtime/index.js';
import type { Stream } from '../stream/index.js';

/** Maximum wait: tracks come with the first tags, or once a transcoder has started. */
const MAX_WAIT_MS = 4000;
const SECOND_TRACK_MS = 500;
/**
 * A track that the source has is certain to come, but its transcoder may start slowly on a busy machine. A reader that starts without it
 * never gets it.
 */
const KNOWN_TRACK_MS = 3000;
const POLL_MS = 20;

/** Resolves when the stream's tracks are known, or probably never will be. `source`: the stream that this one is converted from, if any. */
export async function waitForTracks(stream: Stream, signal: AbortSignal, source: Stream = stream): Promise<void> {
  const startedAtMs = nowMs();
  let sinceMs: number | null = null;
  for (;;) {
    const { video, audio } = stream.preamble;
    const atMs = nowMs();
    if (video ?? audio) sinceMs ??= atMs;
    const isOld = stream.ageMs > MAX_WAIT_MS;
    const isSecondExpected = source.preamble.video && source.preamble.audio;
    const isPatient = sinceMs !== null && atMs - sinceMs <= (isSecondExpected ? KNOWN_TRACK_MS : SECOND_TRACK_MS);
    const isComplete = (video && audio) || (sinceMs !== null && !isPatient) || (sinceMs !== null && isOld && !isSecondExpected);
    if (isComplete || atMs - startedAtMs > MAX_WAIT_MS || stream.isEnded) return;
    await delay(POLL_MS, signal);
  }
}
