import type { ErrorCode, LianmaiError } from '@lianmai/protocol';

/**
 * Delay before each attempt. The first is immediate, because after a change of network the server is usually reachable again. The next half
 * minute stays brisk.
 */
const WAITS_MS = [0, 300, 1000, 2000, 3000, 3000, 3000, 3000, 3000, 3000, 7000] as const;
/** Added at random from the third attempt on, so that a room does not return in one burst. */
const JITTER_MS = 1000;
/** Long enough for a tunnel or a router's restart. How long the seat is kept is up to the server. */
export const GIVE_UP_AFTER_MS = 5 * 60_000;

/** How long to wait for a missing room: a restarted server knows it again once its host is back. */
export const REOPENS_WITHIN_MS = 60_000;

/** The attempt to continue from while the server is there, but the room is missing. */
export const BRISK_ATTEMPT = 2;

/** Returns the delay before attempt number `attempt` (0 is the first). null: give up. */
export function reconnectDelayMs(attempt: number, elapsedMs: number, random: () => number = Math.random): number | null {
  if (elapsedMs >= GIVE_UP_AFTER_MS) return null;
  const waitMs = WAITS_MS[Math.min(attempt, WAITS_MS.length - 1)] ?? 0;
  return attempt < 2 ? waitMs : Math.round(waitMs + JITTER_MS * random());
}

/** Coming back does not change these. TOKEN_EXPIRED is included because a renewable token has been renewed by then. */
const FINAL: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'REPLACED',
  'REMOVED',
  'ROOM_LOCKED',
  'ROOM_FULL',
  'TOKEN_EXPIRED',
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'BAD_REQUEST',
  'UNSUPPORTED',
]);

export const endsRoomSession = ({ code }: Pick<LianmaiError, 'code'>): boolean => FINAL.has(code);

/** Waits, but returns early on the browser's `online` event, when the tab is shown again, or when aborted. */
export function waitToReconnect(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clearTimeout(timer);
      removeEventListener('online', done);
      document.removeEventListener('visibilitychange', onVisible);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const onVisible = () => {
      if (document.visibilityState === 'visible') done();
    };
    const timer = setTimeout(done, ms);
    addEventListener('online', done);
    document.addEventListener('visibilitychange', onVisible);
    signal.addEventListener('abort', done);
  });
}
