import { expect, it } from 'vitest';
import { awayWordsOf } from './stageSources';

it('a stream without its publisher is waited for, a person reconnects', () => {
  const stream = { app: 'live', name: 'cam' };
  expect(awayWordsOf({ presence: 'reconnecting' })).toBe('stage.away');
  expect(awayWordsOf({ presence: 'reconnecting', stream })).toBe('stage.streamAway');
  expect(awayWordsOf({ presence: 'connected', stream })).toBeNull();
});
