import {
  HOST_SEAT,
  seatOf,
  type ParticipantId,
  type Seat,
  type SeatNumber,
  type StageSettings,
  type StageSnapshot,
} from '@lianmai/protocol';
import type { Place } from '../../authorisation/index.js';
import type { StageEffect, StageResult } from './stageCommands.js';

export const DEFAULT_SETTINGS: StageSettings = {
  policy: 'request',
  approvedGoOnAir: false,
  autoApprove: false,
  requestsFrom: 'everyone',
  maxRequests: 50,
  expiryMs: 60_000,
};

export const emptyStage = (seatLimit: number, settings: Partial<StageSettings> = {}): StageSnapshot => ({
  version: 0,
  settings: { ...DEFAULT_SETTINGS, ...settings },
  seats: Array.from({ length: seatLimit }, (_, index) => emptySeat(index + 1)),
  host: null,
  hostAwaySinceMs: null,
  coHosts: [],
  backstage: [],
  requests: [],
  invitations: [],
});

export const emptySeat = (number: SeatNumber): Seat => ({ number, isLocked: false, isMicrophoneLocked: false, occupant: null });

export function placeOf(state: StageSnapshot, who: ParticipantId): Place {
  if (seatOf(state, who)) return 'stage';
  return has(state.backstage, who) ? 'backstage' : 'audience';
}

export const has = (list: readonly { participantId: ParticipantId }[], who: ParticipantId) => find(list, who) !== undefined;
export const find = <Entry extends { participantId: ParticipantId }>(list: readonly Entry[], who: ParticipantId): Entry | undefined =>
  list.find((entry) => entry.participantId === who);
/** On stage or backstage. */
export const isIn = (state: StageSnapshot, who: ParticipantId) => placeOf(state, who) !== 'audience';

export const isFree = ({ isLocked, occupant }: Seat): boolean => !isLocked && occupant === null;
export const isOpenTo = ({ number }: Pick<Seat, 'number'>, isHost: boolean): boolean => isHost || number !== HOST_SEAT;

/** The seat for somebody who comes up: the wished one if it is free, then for the host theirs, then the first free one. */
export function freeSeatFor(state: StageSnapshot, who: ParticipantId, wish: SeatNumber | null = null): Seat | undefined {
  const isHost = state.host === who;
  const free = state.seats.filter((seat) => isFree(seat) && isOpenTo(seat, isHost));
  if (isHost && free[0]?.number === HOST_SEAT) return free[0];
  return free.find(({ number }) => number === wish) ?? free[0];
}

/** Takes somebody out of every list. Keeps who is host. */
export function without(state: StageSnapshot, who: ParticipantId): StageSnapshot {
  const isOther = (entry: { participantId: ParticipantId }) => entry.participantId !== who;
  return {
    ...state,
    seats: state.seats.map((seat) => (seat.occupant?.participantId === who ? { ...seat, occupant: null } : seat)),
    coHosts: state.coHosts.filter((one) => one !== who),
    backstage: state.backstage.filter(isOther),
    requests: state.requests.filter(isOther),
    invitations: state.invitations.filter(isOther),
  };
}

export const withSeat = (state: StageSnapshot, number: SeatNumber, change: Partial<Seat>): StageSnapshot => ({
  ...state,
  seats: state.seats.map((seat) => (seat.number === number ? { ...seat, ...change } : seat)),
});

export const same = (state: StageSnapshot): StageResult => ({ state, effects: [] });

export function change(from: StageSnapshot, to: StageSnapshot, ...effects: StageEffect[]): StageResult {
  return { state: { ...to, version: from.version + 1 }, effects };
}
