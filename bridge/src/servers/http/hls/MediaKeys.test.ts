import { describe, expect, it } from 'vitest';
import { MEDIA_KEY_MS, MediaKeys } from './MediaKeys.js';

const AT = 1_000 * MEDIA_KEY_MS;

describe('MediaKeys', () => {
  it('accepts a key for one to two periods, and only its own', () => {
    const keys = new MediaKeys();
    const key = keys.at(AT);
    expect([AT, AT + MEDIA_KEY_MS, AT + 2 * MEDIA_KEY_MS - 1].map((nowMs) => keys.accepts(key, nowMs))).toEqual([true, true, true]);
    expect(keys.accepts(key, AT + 2 * MEDIA_KEY_MS)).toBe(false);
    expect([keys.accepts(null, AT), keys.accepts('', AT), keys.accepts(new MediaKeys().at(AT), AT)]).toEqual([false, false, false]);
  });

  it('keeps the last key of an ended broadcast until the next one', () => {
    const keys = new MediaKeys();
    keys.stop();
    const last = keys.at(AT);
    expect([keys.at(AT + 10 * MEDIA_KEY_MS), keys.accepts(last, AT + 10 * MEDIA_KEY_MS)]).toEqual([last, true]);
    keys.resume();
    expect([keys.at(AT) === last, keys.accepts(last, AT)]).toEqual([false, false]);
  });
});
