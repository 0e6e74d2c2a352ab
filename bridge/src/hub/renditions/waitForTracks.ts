import { delay } from '@lianmai/kit';
import { nowMs } from '../../runtime/index.js';
import type { Stream } from '../stream/index.js';

/** A stream says what it is with its first tags, a transcoded one when its encoder has started; the second track comes with the first, or there is none. */
const DESCRIBED_WITHIN_MS = 4000;
const SECOND_TRACK_MS = 500;
/** One that is known to come: its transcoder may take long to start on a busy machine, and who is sent a stream without it stays without it. */
const KNOWN_TRACK_MS = 3000;
const POLL_MS = 20;

/** Resolves when a stream has said what it consists of, or probably never will. `source`: what it is made from, if it is. */
export async function waitForTracks(stream: Stream, signal: AbortSignal, source: Stream = stream): Promise<void> {
  const startedAtMs = nowMs();
  let sinceMs: number | null = null;
  for (;;) {
    const { video, audio } = stream.preamble;
    const atMs = nowMs();
    if (video ?? audio) sinceMs ??= atMs;
    const isOld = Date.now() - stream.startedAtMs > DESCRIBED_WITHIN_MS;
    const isDue = source.preamble.video && source.preamble.audio;
    const isPatient = sinceMs !== null && atMs - sinceMs <= (isDue ? KNOWN_TRACK_MS : SECOND_TRACK_MS);
    const isComplete = (video && audio) || (sinceMs !== null && !isPatient) || (sinceMs !== null && isOld && !isDue);
    if (isComplete || atMs - startedAtMs > DESCRIBED_WITHIN_MS || stream.isEnded) return;
    await delay(POLL_MS, signal);
  }
}
