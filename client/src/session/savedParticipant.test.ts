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

describe('what a reload continues', () => {
  it('comes back as it was saved', () => {
    expect(parseSavedParticipant(JSON.stringify(saved), 2000)).toEqual(saved);
  });

  it('is a new visit after five minutes', () => {
    expect(parseSavedParticipant(JSON.stringify(saved), 1000 + 5 * 60_000)).toBeNull();
  });

  it('is nothing where the storage has something else', () => {
    fc.assert(fc.property(fc.oneof(fc.constant(null), fc.string(), fc.json()), (stored) => parseSavedParticipant(stored, 0) === null));
  });
});
