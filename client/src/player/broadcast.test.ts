import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { askPlaylist, pollDelayMs, readPlaylist, waitForBroadcast } from './broadcast';

const LIVE = '#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2.0,\n1.m4s\n';

describe('reading a playlist', () => {
  it('tells a live broadcast from one that is over', () => {
    expect(readPlaylist(LIVE)).toEqual({ kind: 'media', hasSegments: true, hasEnded: false });
    expect(readPlaylist(`${LIVE}#EXT-X-ENDLIST\r\n`)).toEqual({ kind: 'media', hasSegments: true, hasEnded: true });
    expect(readPlaylist('#EXTM3U\n#EXT-X-TARGETDURATION:2\n')).toEqual({ kind: 'media', hasSegments: false, hasEnded: false });
  });

  it('counts parts: a low-latency broadcast plays before its first whole segment', () => {
    expect(readPlaylist('#EXTM3U\n#EXT-X-PART:DURATION=0.3,URI="p.m4s"\n')).toMatchObject({ hasSegments: true });
    expect(readPlaylist('#EXTM3U\n#EXT-X-PART-INF:PART-TARGET=0.3\n')).toMatchObject({ hasSegments: false });
  });

  it('finds the first variant of a master playlist', () => {
    expect(readPlaylist('#EXTM3U\r\n#EXT-X-STREAM-INF:BANDWIDTH=1\r\n\r\nlow.m3u8\r\n')).toEqual({ kind: 'master', firstUri: 'low.m3u8' });
  });

  it('recognises an error page', () => {
    expect(readPlaylist('<html>').kind).toBe('notPlaylist');
    fc.assert(fc.property(fc.string(), (text) => void readPlaylist(text)));
  });
});

describe('waiting for a broadcast', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => {
    vi.useRealTimers();
    vi.unstubAllGlobals();
  });

  const ask = (signal: AbortSignal) => askPlaylist('http://x/live/r.m3u8', signal);
  const answers = (...bodies: (string | number | null)[]) => {
    const fetch = vi.fn(async () => {
      const body = bodies.length > 1 ? bodies.shift() : bodies[0];
      if (body === null) throw new TypeError('Failed to fetch');
      return typeof body === 'number' ? new Response('', { status: body }) : new Response(body);
    });
    vi.stubGlobal('fetch', fetch);
    return fetch;
  };

  it('ends with the first playlist that has something to play', async () => {
    answers(404, null, '#EXTM3U\n', `${LIVE}#EXT-X-ENDLIST`, LIVE);
    const states: string[] = [];
    const waiting = waitForBroadcast(ask, new AbortController().signal, (state) => states.push(state));
    await vi.runAllTimersAsync();
    await waiting;
    expect(states).toEqual(['absent', 'unreachable', 'absent', 'ended']);
  });

  it('stops asking when aborted', async () => {
    const fetch = answers(404);
    const abort = new AbortController();
    const waiting = waitForBroadcast(ask, abort.signal, () => undefined);
    await vi.advanceTimersByTimeAsync(10_000);
    abort.abort();
    await waiting;
    const calls = fetch.mock.calls.length;
    await vi.advanceTimersByTimeAsync(10_000);
    expect(fetch.mock.calls).toHaveLength(calls);
  });

  it('asks at intervals between one second and 3.6 s', () => {
    expect(pollDelayMs(0, () => 0.5)).toBe(1000);
    expect(pollDelayMs(100, () => 1)).toBe(3600);
  });
});
