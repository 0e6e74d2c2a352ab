import { LianmaiError } from '@lianmai/protocol';
import { createInstance } from 'i18next';
import { expect, it } from 'vitest';
import { refusalOf, refusalText } from './refusal';

const refused = {
  muted: 'muted',
  mutedFor: 'muted for {{time}}',
  slow: 'slow {{seconds}}',
  tooFast: 'too fast {{seconds}}',
  word: 'word',
  link: 'link',
};
const i18n = createInstance();
await i18n.init({ lng: 'en', resources: { en: { translation: { chat: { refused }, errors: { TIMEOUT: 'no answer' } } } } });
const said = (error: unknown, laterMs = 0) => refusalText(i18n.t, refusalOf(error, { nowMs: 1000, clockOffsetMs: 500 }), 1000 + laterMs);

it('a refused message says why, what to do, and for how long to wait', () => {
  const slow = new LianmaiError('CHAT_SLOW', { retryAfterMs: 7200 });
  expect([said(slow), said(slow, 5000)]).toEqual(['slow 8', 'slow 3']);
  expect(said(new LianmaiError('RATE_LIMITED', { retryAfterMs: 900 }))).toBe('too fast 1');
  // On the server's clock, which is half a second ahead.
  expect(said(new LianmaiError('CHAT_MUTED', { untilMs: 61_500 }))).toBe('muted for 1:00');
  expect(said(new LianmaiError('CHAT_MUTED', { untilMs: null }))).toBe('muted');
  expect(said(new LianmaiError('CHAT_BLOCKED', { reason: 'word' }))).toBe('word');
  expect(said(new LianmaiError('CHAT_BLOCKED', { reason: 'link' }))).toBe('link');
  expect(said(new LianmaiError('TIMEOUT'))).toBe('no answer');
});
