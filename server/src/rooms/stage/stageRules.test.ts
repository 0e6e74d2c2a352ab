import { seatedIds, type ParticipantId, type StageSnapshot } from '@lianmai/protocol';
import { describe, expect, it } from 'vitest';
import type { StageCommand } from './stageCommands.js';
import { reduceStage } from './stageRules.js';
import { emptyStage } from './stageState.js';
import { arrival, PEOPLE, request, step as stepWith } from './testing/commands.js';

const [host, anna, bo, chen] = PEOPLE as [ParticipantId, ParticipantId, ParticipantId, ParticipantId];
const step = (state: StageSnapshot, command: StageCommand, nowMs = 0) => stepWith(reduceStage, state, command, nowMs);
/** Runs commands a millisecond apart; none may be refused. */
function run(commands: StageCommand[], from = emptyStage(3)): StageSnapshot {
  return commands.reduce((state, command, nowMs) => reduceStage(state, command, nowMs).state, from);
}
/** Seat by seat. */
const seats = (state: StageSnapshot) => state.seats.map(({ occupant }) => occupant?.participantId ?? null);
const backstage = (state: StageSnapshot) => state.backstage.map((one) => one.participantId);
const asking = (state: StageSnapshot) => state.requests.map((one) => one.participantId);
const hostArrives = arrival(host, 'seat', { isHost: true });
const guest = (who: ParticipantId, seat?: number) => arrival(who, 'seat', { seat });

describe('coming up', () => {
  it('[STG-05] takes hosts up at once, and guests only while it is open', () => {
    const arrivals = [hostArrives, arrival(anna, 'ask'), arrival(bo, 'none')];
    expect([seats(run(arrivals)), asking(run(arrivals))]).toEqual([[host, null, null], [anna]]);
    const open = run(arrivals, emptyStage(3, { policy: 'open' }));
    expect([seats(open), asking(open)]).toEqual([[host, anna, null], []]);
  });

  it('[STG-06] keeps the request of a guest when it is closed or full', () => {
    const closed = run([arrival(anna, 'ask')]);
    expect([seatedIds(closed), asking(closed)]).toEqual([[], [anna]]);
    const full = run([hostArrives, arrival(anna, 'ask')], emptyStage(1, { policy: 'open' }));
    expect([seats(full), asking(full)]).toEqual([[host], [anna]]);
  });

  it('[STG-07] lets a viewer in backstage by request and approval, or by invitation and acceptance', () => {
    const asked = run([request(anna)]);
    expect([seatedIds(asked), asking(asked)]).toEqual([[], [anna]]);
    const approved = run([{ type: 'approve', who: anna }], asked);
    expect([seatedIds(approved), backstage(approved), asking(approved)]).toEqual([[], [anna], []]);
    const invited = run([{ type: 'invite', who: bo, by: host, seat: null }]);
    expect(seatedIds(invited)).toEqual([]);
    const accepted = run([{ type: 'answer', who: bo, accept: true, soundOnly: true }], invited);
    expect([seatedIds(accepted), accepted.backstage]).toMatchObject([[], [{ participantId: bo, soundOnly: true }]]);
    expect(run([{ type: 'answer', who: bo, accept: false, soundOnly: false }], invited).invitations).toEqual([]);
  });

  it('[STG-08] takes matching request and invitation as agreement', () => {
    const invite: StageCommand = { type: 'invite', who: anna, by: host, seat: null };
    expect(backstage(run([request(anna), invite]))).toEqual([anna]);
    expect(backstage(run([invite, request(anna)]))).toEqual([anna]);
  });

  it('[STG-09] puts nobody on air without a free seat: they stay backstage', () => {
    const full = run(
      [hostArrives, guest(bo), request(anna), { type: 'set', approvedGoOnAir: true }, { type: 'approve', who: anna }],
      emptyStage(2),
    );
    expect([seats(full), backstage(full)]).toEqual([[host, bo], [anna]]);
    expect(step(full, { type: 'bringOnAir', who: anna }).error).toBe('STAGE_FULL');
    const free = run([{ type: 'sendBackstage', who: bo }], full);
    const swapped = run([{ type: 'bringOnAir', who: anna }], free);
    expect([seats(swapped), backstage(swapped)]).toEqual([[host, anna], [bo]]);
  });

  it('[STG-10] reports a declined request with its reason, and rejects approval without a request', () => {
    const asked = run([request(anna)]);
    expect(step(asked, { type: 'decline', who: anna, reason: 'after the break' }).effects).toEqual([
      { type: 'refused', who: anna, outcome: 'declined', reason: 'after the break' },
    ]);
    expect(step(asked, { type: 'approve', who: bo }).error).toBe('WRONG_STATE');
    expect(step(asked, { type: 'answer', who: bo, accept: true, soundOnly: false }).error).toBe('WRONG_STATE');
  });

  it('[STG-14] goes on air from backstage by a moderator’s command, and back; from the audience only by being let in', () => {
    const asked = run([request(anna)]);
    expect(step(asked, { type: 'bringOnAir', who: anna }).error).toBe('WRONG_STATE');
    expect(step(asked, { type: 'sendBackstage', who: anna }).error).toBe('WRONG_STATE');
    const aired = run([{ type: 'approve', who: anna }, { type: 'bringOnAir', who: anna }], asked); // prettier-ignore
    expect(seatedIds(aired)).toEqual([anna]);
    const back = run([{ type: 'sendBackstage', who: anna }], aired);
    expect([seatedIds(back), backstage(back)]).toEqual([[], [anna]]);
    expect(backstage(run([guest(anna)], back))).toEqual([anna]);
  });

  it('[STG-15] takes people on air as soon as they are let in, where the room says so', () => {
    const rule: StageCommand = { type: 'set', approvedGoOnAir: true };
    const invited: StageCommand = { type: 'invite', who: bo, by: host, seat: null };
    const accepted: StageCommand = { type: 'answer', who: bo, accept: true, soundOnly: false };
    expect(seatedIds(run([rule, request(anna), { type: 'approve', who: anna }, invited, accepted]))).toEqual([anna, bo]);
  });
});

describe('requests', () => {
  it('[STG-16] carry a message and wishes, and keep their place in the queue when they change', () => {
    const asked = run([request(anna, { message: 'hi', seat: 3 }), request(bo), request(anna, { message: 'hello', soundOnly: true })]);
    expect(asked.requests).toMatchObject([
      { participantId: anna, message: 'hello', seat: null, soundOnly: true, atMs: 0 },
      { participantId: bo, atMs: 1 },
    ]);
  });

  it('[STG-17] expire together with invitations, unless their time is 0', () => {
    const waiting = run([request(anna), { type: 'invite', who: bo, by: host, seat: null }], emptyStage(3, { expiryMs: 1000 }));
    expect(step(waiting, { type: 'expire' }, 999).state).toBe(waiting);
    const { state, effects } = step(waiting, { type: 'expire' }, 1001);
    expect([asking(state), state.invitations]).toEqual([[], []]);
    expect(effects).toEqual([
      { type: 'refused', who: anna, outcome: 'expired', reason: '' },
      { type: 'invitationExpired', who: bo },
    ]);
    const forEver = run([request(anna)], emptyStage(3, { expiryMs: 0 }));
    expect(asking(step(forEver, { type: 'expire' }, 1e12).state)).toEqual([anna]);
  });

  it('[STG-18] are for everybody, for followers or for nobody, and only so many may wait', () => {
    const rule = (requestsFrom: 'followers' | 'nobody') => emptyStage(3, { requestsFrom });
    expect(step(rule('nobody'), request(anna, { isFollower: true })).error).toBe('REQUESTS_CLOSED');
    expect(step(rule('followers'), request(anna)).error).toBe('REQUESTS_CLOSED');
    expect(asking(step(rule('followers'), request(anna, { isFollower: true })).state)).toEqual([anna]);
    const one = run([request(anna)], emptyStage(3, { maxRequests: 1 }));
    expect(step(one, request(bo)).error).toBe('REQUESTS_FULL');
    expect(step(one, request(anna, { message: 'me' })).error).toBeNull();
  });

  it('[STG-19] are approved at once while a seat is free, where the room says so', () => {
    const auto = run([request(anna), request(bo)], emptyStage(2, { autoApprove: true }));
    expect([backstage(auto), asking(auto)]).toEqual([[anna, bo], []]);
    const full = run([request(anna), request(bo)], emptyStage(2, { autoApprove: true, approvedGoOnAir: true }));
    expect([seatedIds(full), asking(full)]).toEqual([[anna], [bo]]);
  });
});

describe('seats', () => {
  it('[STG-11] cannot be fewer than those up to the last one that is taken', () => {
    const two = run([hostArrives, guest(anna, 3)]);
    expect(step(two, { type: 'set', seatLimit: 2 }).error).toBe('WRONG_STATE');
    const moved = run([{ type: 'move', who: anna, seat: 2, mayDisplace: false }, { type: 'set', seatLimit: 2 }], two); // prettier-ignore
    expect(seats(moved)).toEqual([host, anna]);
    expect(seats(run([{ type: 'set', seatLimit: 4 }], moved))).toEqual([host, anna, null, null]);
  });

  it('[STG-21] have numbers: the host’s is 1, and a wish is met while that seat is free', () => {
    const stage = run([guest(anna), request(bo, { seat: 2, atOnce: true }), request(chen, { seat: 3, atOnce: true }), hostArrives], emptyStage(4)); // prettier-ignore
    expect(seats(stage)).toEqual([host, anna, bo, chen]);
    expect(seats(run([request(bo, { seat: 3, atOnce: true })]))).toEqual([null, null, bo]);
  });

  it('[STG-22] are changed by moving; a moderator exchanges two people', () => {
    const three = run([hostArrives, guest(anna), guest(bo)], emptyStage(4));
    expect(seats(run([{ type: 'move', who: anna, seat: 4, mayDisplace: false }], three))).toEqual([host, null, bo, anna]);
    expect(step(three, { type: 'move', who: anna, seat: 3, mayDisplace: false }).error).toBe('SEAT_TAKEN');
    expect(seats(run([{ type: 'move', who: anna, seat: 3, mayDisplace: true }], three))).toEqual([host, bo, anna, null]);
    expect(step(three, { type: 'move', who: anna, seat: 1, mayDisplace: true }).error).toBe('WRONG_STATE');
    expect(step(three, { type: 'move', who: host, seat: 2, mayDisplace: true }).error).toBe('WRONG_STATE');
    expect(step(three, { type: 'move', who: chen, seat: 4, mayDisplace: true }).error).toBe('WRONG_STATE');
  });

  it('[STG-23] are locked while they are empty, and taken by nobody then', () => {
    const locked = run([hostArrives, { type: 'lockSeat', seat: 2, isLocked: true }, guest(anna)]);
    expect(seats(locked)).toEqual([host, null, anna]);
    expect(step(locked, { type: 'move', who: anna, seat: 2, mayDisplace: true }).error).toBe('SEAT_LOCKED');
    expect(step(locked, { type: 'lockSeat', seat: 3, isLocked: true }).error).toBe('WRONG_STATE');
    expect(step(locked, { type: 'lockSeat', seat: 1, isLocked: true }).error).toBe('WRONG_STATE');
    expect(step(locked, { type: 'lockSeat', seat: 9, isLocked: true }).error).toBe('NOT_FOUND');
  });

  it('[STG-20] keep the microphone of whoever sits there closed (禁麦), one after another', () => {
    const stage = run([hostArrives, guest(anna)]);
    const { state, effects } = step(stage, { type: 'lockMicrophone', seat: 2, isLocked: true });
    expect(effects).toEqual([{ type: 'silenced', who: anna }]);
    const left = run([{ type: 'comeDown', who: anna }], state);
    expect(step(left, guest(bo)).effects).toContainEqual({ type: 'silenced', who: bo });
  });
});

describe('the host', () => {
  it('[STG-24] is the first whose token says so, and the next one after they have left', () => {
    const two = run([hostArrives, arrival(anna, 'seat', { isHost: true })]);
    expect([two.host, seats(two)]).toEqual([host, [host, anna, null]]);
    const left = step(two, { type: 'depart', who: host }, 50).state;
    expect(left).toMatchObject({ host: null, hostAwaySinceMs: 50 });
    const next = run([arrival(bo, 'seat', { isHost: true })], left);
    expect([next.host, next.hostAwaySinceMs, seats(next)]).toEqual([bo, null, [bo, anna, null]]);
  });

  it('[STG-25] hands the room over to somebody on stage, and takes their seat', () => {
    const stage = run([hostArrives, guest(anna), request(bo)]);
    expect(step(stage, { type: 'transferHost', who: bo, by: host }).error).toBe('WRONG_STATE');
    expect(step(stage, { type: 'transferHost', who: anna, by: anna }).error).toBe('FORBIDDEN');
    const handed = run([{ type: 'transferHost', who: anna, by: host }], stage);
    expect([handed.host, seats(handed)]).toEqual([anna, [anna, host, null]]);
  });

  it('[STG-26] is replaced by a moderator once they have been away for the grace', () => {
    const away = step(run([hostArrives, guest(anna)]), { type: 'away', who: host }, 100).state;
    const takeOver: StageCommand = { type: 'takeOver', who: anna, graceMs: 60_000 };
    expect(step(away, takeOver, 60_099).error).toBe('WRONG_STATE');
    const taken = step(away, takeOver, 60_100).state;
    expect([taken.host, seats(taken)]).toEqual([anna, [anna, host, null]]);
    expect(step(step(away, { type: 'back', who: host }, 200).state, takeOver, 70_000).error).toBe('WRONG_STATE');
  });

  it('[STG-26] makes room backstage if a moderator from the audience takes over a full stage', () => {
    const away = step(run([hostArrives, guest(anna)], emptyStage(2)), { type: 'away', who: host }, 0).state;
    const { state, effects } = step(away, { type: 'takeOver', who: bo, graceMs: 0 }, 1);
    expect([seats(state), backstage(state)]).toEqual([[bo, anna], [host]]);
    expect(effects).toEqual([
      { type: 'moved', who: host, to: 'backstage' },
      { type: 'moved', who: bo, to: 'stage' },
    ]);
  });

  it('[STG-27] appoints co-hosts from the stage, who are so until they leave it', () => {
    const stage = run([hostArrives, guest(anna), request(bo), { type: 'setCoHost', who: anna, isCoHost: true }]);
    expect(stage.coHosts).toEqual([anna]);
    expect(step(stage, { type: 'setCoHost', who: bo, isCoHost: true }).error).toBe('WRONG_STATE');
    expect(run([{ type: 'sendBackstage', who: anna }], stage).coHosts).toEqual([]);
    expect(run([{ type: 'transferHost', who: anna, by: host }], stage).coHosts).toEqual([]);
  });
});
