import { expect, it } from 'vitest';
import { awayLabelOf } from './participantLabels';

it('a stream without its publisher is waited for, a person reconnects', () => {
  const stream = { app: 'live', name: 'cam' };
  expect(awayLabelOf({ presence: 'reconnecting' })).toBe('stage.away');
  expect(awayLabelOf({ presence: 'reconnecting', stream })).toBe('stage.streamAway');
  expect(awayLabelOf({ presence: 'connected', stream })).toBeNull();
});
