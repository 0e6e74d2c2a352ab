import { LianmaiError, type ParticipantId, type StagePolicy, type StageSnapshot } from '@lianmai/protocol';

/**
 * Seats, requests and invitations as a pure reducer: a command returns the next state and its effects, or throws a typed error.
 * Invariants: never more seats than `seatLimit`; nobody is in two of seats, requests and invitations, or in one of them twice; the
 * version increments by one with each change; a command that changes nothing returns the same state.
 */
export type StageCommand =
  /**
   * Someone entered the room. seat: a host, straight on stage. ask: a guest, on stage if it is open, otherwise with a waiting request.
   * none: audience.
   */
  | { type: 'arrive'; who: ParticipantId; wants: 'seat' | 'ask' | 'none' }
  | { type: 'depart'; who: ParticipantId }
  /** `atOnce`: needs no approval while a seat is free (a moderator, or a guest while the stage is open). */
  | { type: 'request'; who: ParticipantId; atOnce: boolean }
  | { type: 'cancelRequest'; who: ParticipantId }
  | { type: 'approve'; who: ParticipantId }
  | { type: 'decline'; who: ParticipantId }
  | { type: 'invite'; who: ParticipantId; by: ParticipantId }
  | { type: 'cancelInvitation'; who: ParticipantId }
  | { type: 'answer'; who: ParticipantId; accept: boolean }
  /** Comes down, by their own choice or a moderator's. */
  | { type: 'comeDown'; who: ParticipantId }
  | { type: 'set'; policy?: StagePolicy | undefined; seatLimit?: number | undefined };

export type StageEffect = { type: 'seated' | 'unseated' | 'declined'; who: ParticipantId };

export interface StageResult {
  state: StageSnapshot;
  effects: readonly StageEffect[];
}

export const emptyStage = (seatLimit: number, policy: StagePolicy = 'open'): StageSnapshot => ({
  version: 0,
  policy,
  seatLimit,
  seats: [],
  requests: [],
  invitations: [],
});

export const isSeated = (state: StageSnapshot, who: ParticipantId) => has(state.seats, who);

export function reduceStage(state: StageSnapshot, command: StageCommand, nowMs: number): StageResult {
  switch (command.type) {
    case 'arrive':
      return arrive(state, command, nowMs);
    case 'depart':
      return depart(state, command.who);
    case 'request':
      return request(state, command, nowMs);
    case 'cancelRequest':
      return has(state.requests, command.who) ? change(state, without(state, command.who)) : same(state);
    case 'approve':
      return approve(state, command.who, nowMs);
    case 'decline':
      return has(state.requests, command.who) ? change(state, without(state, command.who), 'declined', command.who) : same(state);
    case 'invite':
      return invite(state, command, nowMs);
    case 'cancelInvitation':
      return has(state.invitations, command.who) ? change(state, without(state, command.who)) : same(state);
    case 'answer':
      return answer(state, command, nowMs);
    case 'comeDown':
      return isSeated(state, command.who) ? change(state, without(state, command.who), 'unseated', command.who) : same(state);
    case 'set':
      return set(state, command);
  }
}

function arrive(state: StageSnapshot, { who, wants }: Extract<StageCommand, { type: 'arrive' }>, nowMs: number): StageResult {
  if (wants === 'none' || isSeated(state, who)) return same(state);
  const isWelcome = wants === 'seat' || state.policy === 'open';
  if (isWelcome && hasFreeSeat(state)) return seat(state, who, nowMs);
  return isKnown(state, who) ? same(state) : ask(state, who, nowMs);
}

function depart(state: StageSnapshot, who: ParticipantId): StageResult {
  if (!isKnown(state, who)) return same(state);
  return isSeated(state, who) ? change(state, without(state, who), 'unseated', who) : change(state, without(state, who));
}

function request(state: StageSnapshot, { who, atOnce }: Extract<StageCommand, { type: 'request' }>, nowMs: number): StageResult {
  if (isSeated(state, who)) return same(state);
  const isInvited = has(state.invitations, who);
  if ((atOnce || isInvited) && hasFreeSeat(state)) return seat(state, who, nowMs);
  if (isInvited) throw new LianmaiError('STAGE_FULL');
  return has(state.requests, who) ? same(state) : ask(state, who, nowMs);
}

function approve(state: StageSnapshot, who: ParticipantId, nowMs: number): StageResult {
  if (isSeated(state, who)) return same(state);
  if (!has(state.requests, who))
    throw new LianmaiError('WRONG_STATE', undefined, { message: 'This person has not asked for a seat. Invite them instead.' });
  return seat(state, who, nowMs);
}

function invite(state: StageSnapshot, { who, by }: Extract<StageCommand, { type: 'invite' }>, nowMs: number): StageResult {
  if (isSeated(state, who) || has(state.invitations, who)) return same(state);
  // A request meets an invitation, so both sides have agreed.
  if (has(state.requests, who)) return seat(state, who, nowMs);
  if (!hasFreeSeat(state)) throw new LianmaiError('STAGE_FULL');
  return change(state, { ...state, invitations: [...state.invitations, { participantId: who, by, atMs: nowMs }] });
}

function answer(state: StageSnapshot, { who, accept }: Extract<StageCommand, { type: 'answer' }>, nowMs: number): StageResult {
  if (has(state.invitations, who)) return accept ? seat(state, who, nowMs) : change(state, without(state, who));
  if (!accept || isSeated(state, who)) return same(state);
  throw new LianmaiError('WRONG_STATE', undefined, { message: 'You have no invitation any more. Ask for a seat instead.' });
}

function set(
  state: StageSnapshot,
  { policy = state.policy, seatLimit = state.seatLimit }: Extract<StageCommand, { type: 'set' }>,
): StageResult {
  if (policy === state.policy && seatLimit === state.seatLimit) return same(state);
  const taken = state.seats.length;
  if (seatLimit < taken) {
    throw new LianmaiError('WRONG_STATE', { seatsTaken: taken }, { message: `${taken} people are on stage. Take somebody down first.` });
  }
  return change(state, { ...state, policy, seatLimit });
}

function seat(state: StageSnapshot, who: ParticipantId, nowMs: number): StageResult {
  if (!hasFreeSeat(state)) throw new LianmaiError('STAGE_FULL');
  const rest = without(state, who);
  return change(state, { ...rest, seats: [...rest.seats, { participantId: who, sinceMs: nowMs }] }, 'seated', who);
}

const ask = (state: StageSnapshot, who: ParticipantId, nowMs: number): StageResult =>
  change(state, { ...state, requests: [...state.requests, { participantId: who, atMs: nowMs }] });

const has = (list: readonly { participantId: ParticipantId }[], who: ParticipantId) => list.some((entry) => entry.participantId === who);
const hasFreeSeat = (state: StageSnapshot) => state.seats.length < state.seatLimit;
const isKnown = (state: StageSnapshot, who: ParticipantId) =>
  isSeated(state, who) || has(state.requests, who) || has(state.invitations, who);

function without(state: StageSnapshot, who: ParticipantId): StageSnapshot {
  const isOther = (entry: { participantId: ParticipantId }) => entry.participantId !== who;
  return {
    ...state,
    seats: state.seats.filter(isOther),
    requests: state.requests.filter(isOther),
    invitations: state.invitations.filter(isOther),
  };
}

const same = (state: StageSnapshot): StageResult => ({ state, effects: [] });

function change(from: StageSnapshot, to: StageSnapshot, type?: StageEffect['type'], who?: ParticipantId): StageResult {
  return { state: { ...to, version: from.version + 1 }, effects: type && who ? [{ type, who }] : [] };
}
