import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseSavedParticipant } from './savedParticipant';

const saved = {
  room: 'r',
  name: 'Ann',
  role: 'host',
  token: 't',
  tokenExpiresAtMs: null,
  participantId: 'p1',
  secret: 's',
  isMicrophoneOn: true,
  isCameraOn: false,
  savedAtMs: 1000,
};

describe('the saved participant', () => {
  it('is restored as it was saved', () => {
    expect(parseSavedParticipant(JSON.stringify(saved), 2000)).toEqual(saved);
  });

  it('is forgotten after five minutes', () => {
    expect(parseSavedParticipant(JSON.stringify(saved), 1000 + 5 * 60_000)).toBeNull();
  });

  it('is ignored if the storage holds something else', () => {
    fc.assert(fc.property(fc.oneof(fc.constant(null), fc.string(), fc.json()), (stored) => parseSavedParticipant(stored, 0) === null));
  });
});
