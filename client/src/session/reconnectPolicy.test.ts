import { ERRORS, LianmaiError, type ErrorCode } from '@lianmai/protocol';
import { describe, expect, it } from 'vitest';
import { GIVE_UP_AFTER_MS, endsRoomSession, reconnectDelayMs } from './reconnectPolicy';

describe('reconnect policy', () => {
  it('tries at once, then slows down to between 7 and 8 s', () => {
    const waits = [0, 1, 2, 3, 4, 10, 50].map((attempt) => reconnectDelayMs(attempt, 0, () => 0));
    expect(waits).toEqual([0, 300, 1000, 2000, 3000, 7000, 7000]);
    expect(reconnectDelayMs(50, 0, () => 1)).toBe(8000);
  });

  it('spreads later attempts, so that a room does not return in one burst', () => {
    expect(reconnectDelayMs(3, 0, () => 0)).not.toBe(reconnectDelayMs(3, 0, () => 0.5));
  });

  it('gives up after five minutes', () => {
    expect(reconnectDelayMs(30, GIVE_UP_AFTER_MS - 1)).not.toBeNull();
    expect(reconnectDelayMs(30, GIVE_UP_AFTER_MS)).toBeNull();
  });

  it('ends at once where coming back changes nothing', () => {
    for (const code of ['REPLACED', 'REMOVED', 'ROOM_LOCKED', 'TOKEN_EXPIRED'] as const)
      expect(endsRoomSession(new LianmaiError(code))).toBe(true);
  });

  it('comes back from every fault of our own', () => {
    const ours = (Object.keys(ERRORS) as ErrorCode[]).filter((code) => ERRORS[code].blame === 'us');
    for (const code of ours) expect(endsRoomSession(new LianmaiError(code))).toBe(false);
  });
});
