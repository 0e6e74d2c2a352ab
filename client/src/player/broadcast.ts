import { pause } from './pause';
import type { AskBroadcastState, BroadcastState } from './Player';

/** The information in a playlist about its broadcast. */
type PlaylistContent =
  { kind: 'notPlaylist' } | { kind: 'master'; firstUri: string } | { kind: 'media'; hasSegments: boolean; hasEnded: boolean };

/** Reads just enough of an m3u8 (RFC 8216) to tell whether there is something to play. */
export function readPlaylist(text: string): PlaylistContent {
  const lines = text.split(/\r?\n/).map((line) => line.trim());
  if (!lines[0]?.startsWith('#EXTM3U')) return { kind: 'notPlaylist' };
  const variant = lines.findIndex((line) => line.startsWith('#EXT-X-STREAM-INF'));
  if (variant >= 0) {
    const firstUri = lines.slice(variant + 1).find((line) => line !== '' && !line.startsWith('#'));
    return firstUri === undefined ? { kind: 'notPlaylist' } : { kind: 'master', firstUri };
  }
  return {
    kind: 'media',
    hasSegments: lines.some((line) => /^#(EXTINF|EXT-X-PART):/.test(line)),
    hasEnded: lines.includes('#EXT-X-ENDLIST'),
  };
}

const REQUEST_TIMEOUT_MS = 5000;

async function fetchPlaylist(url: string, signal: AbortSignal): Promise<PlaylistContent> {
  const response = await fetch(url, { cache: 'no-store', signal: AbortSignal.any([signal, AbortSignal.timeout(REQUEST_TIMEOUT_MS)]) });
  if (response.status >= 500) throw new Error(`HTTP ${response.status}`);
  return response.ok ? readPlaylist(await response.text()) : { kind: 'notPlaylist' };
}

/** Fetches the playlist once. */
export async function askPlaylist(url: string, signal: AbortSignal): Promise<BroadcastState> {
  try {
    let playlist = await fetchPlaylist(url, signal);
    if (playlist.kind === 'master') playlist = await fetchPlaylist(new URL(playlist.firstUri, new URL(url, location.href)).href, signal);
    if (playlist.kind !== 'media') return 'absent';
    if (playlist.hasEnded) return 'ended';
    return playlist.hasSegments ? 'live' : 'absent';
  } catch {
    return 'unreachable';
  }
}

/** Gentle on the server when a thousand viewers wait for the same start, yet quick enough for each of them. */
const POLL_MS = { first: 1000, max: 3000, growth: 1.3 };

export function pollDelayMs(attempt: number, random: () => number = Math.random): number {
  const base = Math.min(POLL_MS.max, POLL_MS.first * POLL_MS.growth ** attempt);
  return Math.round(base * (0.8 + 0.4 * random()));
}

/** Resolves when there is something to play, or when aborted. Reports each state that it finds meanwhile. */
export async function waitForBroadcast(
  ask: AskBroadcastState,
  signal: AbortSignal,
  onState: (state: Exclude<BroadcastState, 'live'>) => void,
): Promise<void> {
  for (let attempt = 0; !signal.aborted; attempt++) {
    const state = await ask(signal).catch((): BroadcastState => 'unreachable');
    if (signal.aborted || state === 'live') return;
    onState(state);
    await pause(pollDelayMs(attempt), signal);
  }
}
