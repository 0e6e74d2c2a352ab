import type { ErrorCode, LianmaiError } from '@lianmai/protocol';

/** Waits before each attempt, ms. The first is immediate: most losses are a changed network that is back already. Half a minute stays brisk. */
const WAITS_MS = [0, 300, 1000, 2000, 3000, 3000, 3000, 3000, 3000, 3000, 7000] as const;
/** Up to this much is added from the third attempt on, so that a room does not come back in one burst. */
const JITTER_MS = 1000;
/** Long enough for a tunnel or a router's restart; the seat's own grace is the server's business. */
export const GIVE_UP_AFTER_MS = 5 * 60_000;

/** A restarted server knows the room again once its host is back: a missing room is waited for this long. */
export const REOPENS_WITHIN_MS = 60_000;

/** The attempt to go on with while only the room, and not the server, is missing. */
export const BRISK_ATTEMPT = 2;

/** How long to wait before attempt number `attempt` (0 = first); null: give up. */
export function reconnectDelayMs(attempt: number, elapsedMs: number, random: () => number = Math.random): number | null {
  if (elapsedMs >= GIVE_UP_AFTER_MS) return null;
  const waitMs = WAITS_MS[Math.min(attempt, WAITS_MS.length - 1)] ?? 0;
  return attempt < 2 ? waitMs : Math.round(waitMs + JITTER_MS * random());
}

/** Coming back changes nothing about these. TOKEN_EXPIRED is here too: who can have a new token asks for it before. */
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

/** A wait that the browser's `online` event or a returning tab cuts short, and that an abort ends. */
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
