import { expect, it } from 'vitest';
import { awayLabelOf } from './participantLabels';

it('waits for a stream without a publisher, while a person reconnects', () => {
  const stream = { app: 'live', name: 'cam' };
  expect(awayLabelOf({ presence: 'reconnecting' })).toBe('stage.away');
  expect(awayLabelOf({ presence: 'reconnecting', stream })).toBe('stage.streamAway');
  expect(awayLabelOf({ presence: 'connected', stream })).toBeNull();
});
