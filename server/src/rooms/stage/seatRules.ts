import {
  HOST_SEAT,
  LianmaiError,
  seatOf,
  type ParticipantId,
  type Seat,
  type SeatNumber,
  type StageSnapshot,
  type StageWish,
} from '@lianmai/protocol';
import type { Of, StageEffect, StageResult } from './stageCommands.js';
import { change, emptySeat, freeSeatFor, isFree, isIn, isOpenTo, placeOf, same, without, withSeat } from './stageState.js';

const ANY: StageWish = { seat: null, soundOnly: false };

/** Puts somebody on a free seat. Throws STAGE_FULL. */
export function seat(state: StageSnapshot, who: ParticipantId, nowMs: number, wish: SeatNumber | null = null): StageResult {
  const free = freeSeatFor(state, who, wish);
  if (!free) throw new LianmaiError('STAGE_FULL');
  return sit(state, who, free, nowMs);
}

export function bringOnAir(state: StageSnapshot, { who, seat: wanted }: Of<'bringOnAir'>, nowMs: number): StageResult {
  const place = placeOf(state, who);
  if (place === 'stage') return same(state);
  if (place === 'audience')
    throw new LianmaiError('WRONG_STATE', undefined, { message: 'This person is not backstage. Approve their request, or invite them.' });
  if (wanted !== undefined) return sit(state, who, assertFree(state, who, wanted), nowMs);
  return seat(state, who, nowMs, state.backstage.find(({ participantId }) => participantId === who)?.seat);
}

export function sendBackstage(state: StageSnapshot, { who }: Of<'sendBackstage'>, nowMs: number): StageResult {
  const place = placeOf(state, who);
  if (place === 'backstage') return same(state);
  if (place === 'audience') throw new LianmaiError('WRONG_STATE', undefined, { message: 'This person is not on stage.' });
  return moveBackstage(state, who, nowMs);
}

export function moveBackstage(
  state: StageSnapshot,
  who: ParticipantId,
  nowMs: number,
  { seat: number, soundOnly }: StageWish = ANY,
): StageResult {
  const rest = without(state, who);
  const backstage = [...rest.backstage, { participantId: who, sinceMs: nowMs, seat: number, soundOnly }];
  return change(state, { ...rest, backstage }, { type: 'moved', who, to: 'backstage' });
}

export const comeDown = (state: StageSnapshot, who: ParticipantId): StageResult =>
  isIn(state, who) ? change(state, without(state, who), { type: 'moved', who, to: 'audience' }) : same(state);

export function move(state: StageSnapshot, { who, seat: number, mayDisplace }: Of<'move'>): StageResult {
  const from = seatOf(state, who);
  if (!from) throw new LianmaiError('WRONG_STATE', undefined, { message: 'Only people on stage can change seats.' });
  if (from.number === number) return same(state);
  const to = seatNumbered(state, number);
  if (to.isLocked) throw new LianmaiError('SEAT_LOCKED', { seat: number });
  assertOpenTo(to, state.host === who);
  const displaced = to.occupant;
  if (displaced && !mayDisplace) throw new LianmaiError('SEAT_TAKEN', { seat: number });
  if (displaced) assertOpenTo(from, state.host === displaced.participantId);
  const { state: moved, effects } = exchange(state, from, to);
  return change(state, moved, ...effects);
}

/** Exchanges the people on two seats, one of which may be empty. */
export function exchange(state: StageSnapshot, one: Seat, other: Seat): StageResult {
  const moved = withSeat(withSeat(state, one.number, { occupant: other.occupant }), other.number, { occupant: one.occupant });
  const effects = [one, other].flatMap(({ number }) => moved.seats.filter((seat) => seat.number === number)).flatMap(silenced);
  return { state: moved, effects };
}

export function lockSeat(state: StageSnapshot, { seat: number, isLocked }: Of<'lockSeat'>): StageResult {
  const { occupant, isLocked: wasLocked } = seatNumbered(state, number);
  if (isLocked === wasLocked) return same(state);
  if (number === HOST_SEAT) throw new LianmaiError('WRONG_STATE', undefined, { message: 'The host needs seat 1: it cannot be locked.' });
  if (occupant)
    throw new LianmaiError('WRONG_STATE', undefined, { message: 'Somebody sits there. Take them down or move them, then lock the seat.' });
  return change(state, withSeat(state, number, { isLocked }));
}

export function lockMicrophone(state: StageSnapshot, { seat: number, isLocked }: Of<'lockMicrophone'>): StageResult {
  const before = seatNumbered(state, number);
  if (isLocked === before.isMicrophoneLocked) return same(state);
  const after = { ...before, isMicrophoneLocked: isLocked };
  return change(state, withSeat(state, number, after), ...silenced(after));
}

/** Adds or removes seats behind the last one. */
export function resize(state: StageSnapshot, seatLimit: number): Seat[] {
  const isBeyond = ({ number, occupant }: Seat) => number > seatLimit && occupant !== null;
  if (state.seats.some(isBeyond)) {
    const message = `People sit beyond seat ${seatLimit}. Move them or take them down first.`;
    throw new LianmaiError('WRONG_STATE', { seats: state.seats.filter(isBeyond).map(({ number }) => number) }, { message });
  }
  return Array.from({ length: seatLimit }, (_, index) => state.seats[index] ?? emptySeat(index + 1));
}

export function sit(state: StageSnapshot, who: ParticipantId, to: Seat, nowMs: number): StageResult {
  const taken = { ...to, occupant: { participantId: who, sinceMs: nowMs } };
  return change(state, withSeat(without(state, who), to.number, taken), { type: 'moved', who, to: 'stage' }, ...silenced(taken));
}

const silenced = ({ isMicrophoneLocked, occupant }: Seat): StageEffect[] =>
  isMicrophoneLocked && occupant ? [{ type: 'silenced', who: occupant.participantId }] : [];

function seatNumbered({ seats }: StageSnapshot, number: SeatNumber): Seat {
  const found = seats.find((one) => one.number === number);
  if (!found) throw new LianmaiError('NOT_FOUND', { seat: number }, { message: `The stage has ${seats.length} seats.` });
  return found;
}

function assertFree(state: StageSnapshot, who: ParticipantId, number: SeatNumber): Seat {
  const wanted = seatNumbered(state, number);
  if (wanted.isLocked) throw new LianmaiError('SEAT_LOCKED', { seat: number });
  assertOpenTo(wanted, state.host === who);
  if (!isFree(wanted)) throw new LianmaiError('SEAT_TAKEN', { seat: number });
  return wanted;
}

function assertOpenTo(wanted: Seat, isHost: boolean): void {
  if (!isOpenTo(wanted, isHost)) throw new LianmaiError('WRONG_STATE', undefined, { message: 'Seat 1 is the host’s. Choose another one.' });
}
