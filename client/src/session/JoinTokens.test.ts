import { describe, expect, it, vi } from 'vitest';
import { JoinTokens } from './JoinTokens';

const person = { room: 'r', name: 'Ann', role: 'guest' as const };
const lobby = (...tokens: string[]) => vi.fn(async () => ({ token: tokens.shift() ?? 'none', expiresAtMs: Date.now() + 3_600_000 }));

describe('join tokens', () => {
  it('asks the lobby once and keeps the answer', async () => {
    const ask = lobby('t1', 't2');
    const tokens = new JoinTokens(person, ask);
    expect(await tokens.get()).toBe('t1');
    expect(await tokens.get()).toBe('t1');
    expect(ask).toHaveBeenCalledExactlyOnceWith(person);
  });

  it('renews a token that is about to expire', async () => {
    const tokens = new JoinTokens({ ...person, saved: { token: 'old', expiresAtMs: Date.now() + 5000 } }, lobby('new'));
    expect(await tokens.get()).toBe('new');
  });

  it('asks for another token after a refusal, but never replaces a given one', async () => {
    const asked = new JoinTokens(person, lobby('t1', 't2'));
    await asked.get();
    expect(asked.forget('TOKEN_EXPIRED')).toBe(true);
    expect(await asked.get()).toBe('t2');

    const ask = lobby('other');
    const given = new JoinTokens({ ...person, given: 'mine' }, ask);
    expect(given.forget('TOKEN_EXPIRED')).toBe(false);
    expect(await given.get()).toBe('mine');
    expect(ask).not.toHaveBeenCalled();
  });

  it('keeps the token when the refusal is about something else', async () => {
    const tokens = new JoinTokens(person, lobby('t1', 't2'));
    await tokens.get();
    expect(tokens.forget('ROOM_LOCKED')).toBe(false);
    expect(await tokens.get()).toBe('t1');
  });
});
