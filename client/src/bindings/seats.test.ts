import type { ParticipantId, Seat, StageRequest } from '@lianmai/protocol';
import { describe, expect, it } from 'vitest';
import { canRemoveSeat, dropSeat, freeSeats, nextSeat, placeInLine, seatsToMoveTo } from './seats';

const [ada, bob, cleo, dora] = ['ada', 'bob', 'cleo', 'dora'] as ParticipantId[] as [
  ParticipantId,
  ParticipantId,
  ParticipantId,
  ParticipantId,
];

/** A name: taken. 'locked', or null: empty. */
function stageOf(host: ParticipantId | null, ...taken: (ParticipantId | 'locked' | null)[]) {
  const seats = taken.map((who, index): Seat => {
    const isLocked = who === 'locked';
    const occupant = who === null || isLocked ? null : { participantId: who, sinceMs: 0 };
    return { number: index + 1, isLocked, isMicrophoneLocked: false, occupant };
  });
  return { seats, host };
}

describe('free seats', () => {
  it('are empty and unlocked, and never the host’s', () => {
    expect(freeSeats(stageOf(null, null, bob, null, 'locked', null))).toEqual([3, 5]);
  });
});

describe('the place in line', () => {
  const requests = [bob, cleo].map((participantId) => ({ participantId }) as StageRequest);
  it('counts from one, in the order of the requests', () => {
    expect([placeInLine({ requests }, bob), placeInLine({ requests }, cleo)]).toEqual([1, 2]);
  });
  it('is none for people who have not asked', () => {
    expect([placeInLine({ requests }, dora), placeInLine({ requests }, null)]).toEqual([null, null]);
  });
});

describe('moving somebody', () => {
  const stage = stageOf(ada, ada, bob, cleo, 'locked', null);
  it('leads a guest to empty seats, and with a moderator’s help to taken ones', () => {
    expect(seatsToMoveTo(stage, bob, false)).toEqual([5]);
    expect(seatsToMoveTo(stage, bob, true)).toEqual([3, 5]);
  });
  it('leads the host to empty seats and back to seat 1', () => {
    expect(seatsToMoveTo(stage, ada, true)).toEqual([5]);
    expect(seatsToMoveTo(stageOf(ada, null, bob, ada), ada, true)).toEqual([1, 2]);
  });
  it('leads nowhere for people who have no seat', () => expect(seatsToMoveTo(stage, dora, true)).toEqual([]));

  it('by a drop works on empty and taken seats alone', () => {
    const drops = [1, 2, 3, 4, 5, null].map((seat) => dropSeat(stage, bob, seat));
    expect(drops).toEqual([null, null, 3, null, 5, null]);
  });
  it('by the keyboard skips seats that are locked or the host’s', () => {
    expect([nextSeat(stage, cleo, 1), nextSeat(stage, cleo, -1)]).toEqual([5, 2]);
    expect([nextSeat(stage, bob, -1), nextSeat(stage, dora, 1)]).toEqual([null, null]);
  });
});

it('takes away the last seat only while it is empty, and never the only one', () => {
  expect([stageOf(ada, ada, null), stageOf(ada, ada, bob), stageOf(null, null), stageOf(ada, ada, 'locked')].map(canRemoveSeat)).toEqual([
    true,
    false,
    false,
    true,
  ]);
});
