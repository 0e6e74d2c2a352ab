import { LianmaiError, type ParticipantId, type StagePolicy, type StageSnapshot } from '@lianmai/protocol';
import type { Place } from '../authorisation/index.js';

/**
 * Seats, backstage, requests and invitations as a pure reducer: a command returns the next state and its effects, or throws a typed
 * error. Who has a seat is on air. Invariants: nobody gets a seat except by their token (a host), by a moderator's command, or by a rule
 * of the room; who has been let in stays on stage or backstage until they leave or are taken down; never more seats than `seatLimit`;
 * nobody is in two of the lists, or in one of them twice; the version increments by one with each change; a command that changes nothing
 * returns the same state.
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
  /** Lets in somebody who asked. */
  | { type: 'approve'; who: ParticipantId }
  | { type: 'bringOnAir'; who: ParticipantId }
  | { type: 'sendBackstage'; who: ParticipantId }
  | { type: 'decline'; who: ParticipantId }
  | { type: 'invite'; who: ParticipantId; by: ParticipantId }
  | { type: 'cancelInvitation'; who: ParticipantId }
  | { type: 'answer'; who: ParticipantId; accept: boolean }
  /** Into the audience, by their own choice or a moderator's. */
  | { type: 'comeDown'; who: ParticipantId }
  | { type: 'set'; policy?: StagePolicy | undefined; approvedGoOnAir?: boolean | undefined; seatLimit?: number | undefined };

export type StageEffect = { type: 'moved'; who: ParticipantId; to: Place } | { type: 'declined'; who: ParticipantId };

export interface StageResult {
  state: StageSnapshot;
  effects: readonly StageEffect[];
}

export const emptyStage = (seatLimit: number, policy: StagePolicy = 'request'): StageSnapshot => ({
  version: 0,
  policy,
  approvedGoOnAir: false,
  seatLimit,
  seats: [],
  backstage: [],
  requests: [],
  invitations: [],
});

export function placeOf(state: StageSnapshot, who: ParticipantId): Place {
  if (has(state.seats, who)) return 'stage';
  return has(state.backstage, who) ? 'backstage' : 'audience';
}

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
    case 'bringOnAir':
      return bringOnAir(state, command.who, nowMs);
    case 'sendBackstage':
      return sendBackstage(state, command.who, nowMs);
    case 'decline':
      return decline(state, command.who);
    case 'invite':
      return invite(state, command, nowMs);
    case 'cancelInvitation':
      return has(state.invitations, command.who) ? change(state, without(state, command.who)) : same(state);
    case 'answer':
      return answer(state, command, nowMs);
    case 'comeDown':
      return isIn(state, command.who) ? moveToAudience(state, command.who) : same(state);
    case 'set':
      return set(state, command);
  }
}

function arrive(state: StageSnapshot, { who, wants }: Extract<StageCommand, { type: 'arrive' }>, nowMs: number): StageResult {
  // People who come back stay where they are, hosts too.
  if (wants === 'none' || isIn(state, who)) return same(state);
  const isWelcome = wants === 'seat' || state.policy === 'open';
  if (isWelcome && hasFreeSeat(state)) return seat(state, who, nowMs);
  return isKnown(state, who) ? same(state) : ask(state, who, nowMs);
}

function depart(state: StageSnapshot, who: ParticipantId): StageResult {
  if (isIn(state, who)) return moveToAudience(state, who);
  return isKnown(state, who) ? change(state, without(state, who)) : same(state);
}

function request(state: StageSnapshot, { who, atOnce }: Extract<StageCommand, { type: 'request' }>, nowMs: number): StageResult {
  if (isIn(state, who)) return same(state);
  if (atOnce && hasFreeSeat(state)) return seat(state, who, nowMs);
  if (has(state.invitations, who)) return letIn(state, who, nowMs);
  return has(state.requests, who) ? same(state) : ask(state, who, nowMs);
}

function approve(state: StageSnapshot, who: ParticipantId, nowMs: number): StageResult {
  if (isIn(state, who)) return same(state);
  if (!has(state.requests, who))
    throw new LianmaiError('WRONG_STATE', undefined, { message: 'This person has not asked to come on stage. Invite them instead.' });
  return letIn(state, who, nowMs);
}

function bringOnAir(state: StageSnapshot, who: ParticipantId, nowMs: number): StageResult {
  const place = placeOf(state, who);
  if (place === 'stage') return same(state);
  if (place === 'audience')
    throw new LianmaiError('WRONG_STATE', undefined, { message: 'This person is not backstage. Approve their request, or invite them.' });
  return seat(state, who, nowMs);
}

function sendBackstage(state: StageSnapshot, who: ParticipantId, nowMs: number): StageResult {
  const place = placeOf(state, who);
  if (place === 'backstage') return same(state);
  if (place === 'audience') throw new LianmaiError('WRONG_STATE', undefined, { message: 'This person is not on stage.' });
  return moveBackstage(state, who, nowMs);
}

function decline(state: StageSnapshot, who: ParticipantId): StageResult {
  return has(state.requests, who) ? change(state, without(state, who), { type: 'declined', who }) : same(state);
}

function invite(state: StageSnapshot, { who, by }: Extract<StageCommand, { type: 'invite' }>, nowMs: number): StageResult {
  if (isIn(state, who) || has(state.invitations, who)) return same(state);
  // A request meets an invitation, so both sides have agreed.
  if (has(state.requests, who)) return letIn(state, who, nowMs);
  return change(state, { ...state, invitations: [...state.invitations, { participantId: who, by, atMs: nowMs }] });
}

function answer(state: StageSnapshot, { who, accept }: Extract<StageCommand, { type: 'answer' }>, nowMs: number): StageResult {
  if (has(state.invitations, who)) return accept ? letIn(state, who, nowMs) : change(state, without(state, who));
  if (!accept || isIn(state, who)) return same(state);
  throw new LianmaiError('WRONG_STATE', undefined, { message: 'You have no invitation any more. Ask to come on stage instead.' });
}

function set(
  state: StageSnapshot,
  { policy = state.policy, approvedGoOnAir = state.approvedGoOnAir, seatLimit = state.seatLimit }: Extract<StageCommand, { type: 'set' }>,
): StageResult {
  if (policy === state.policy && approvedGoOnAir === state.approvedGoOnAir && seatLimit === state.seatLimit) return same(state);
  const taken = state.seats.length;
  if (seatLimit < taken) {
    throw new LianmaiError('WRONG_STATE', { seatsTaken: taken }, { message: `${taken} people are on stage. Take somebody down first.` });
  }
  return change(state, { ...state, policy, approvedGoOnAir, seatLimit });
}

/** Never refuses: without a free seat, they wait backstage. */
function letIn(state: StageSnapshot, who: ParticipantId, nowMs: number): StageResult {
  return state.approvedGoOnAir && hasFreeSeat(state) ? seat(state, who, nowMs) : moveBackstage(state, who, nowMs);
}

function seat(state: StageSnapshot, who: ParticipantId, nowMs: number): StageResult {
  if (!hasFreeSeat(state)) throw new LianmaiError('STAGE_FULL');
  const rest = without(state, who);
  return change(state, { ...rest, seats: [...rest.seats, { participantId: who, sinceMs: nowMs }] }, { type: 'moved', who, to: 'stage' });
}

function moveBackstage(state: StageSnapshot, who: ParticipantId, nowMs: number): StageResult {
  const rest = without(state, who);
  const backstage = [...rest.backstage, { participantId: who, sinceMs: nowMs }];
  return change(state, { ...rest, backstage }, { type: 'moved', who, to: 'backstage' });
}

const moveToAudience = (state: StageSnapshot, who: ParticipantId): StageResult =>
  change(state, without(state, who), { type: 'moved', who, to: 'audience' });

const ask = (state: StageSnapshot, who: ParticipantId, nowMs: number): StageResult =>
  change(state, { ...state, requests: [...state.requests, { participantId: who, atMs: nowMs }] });

const has = (list: readonly { participantId: ParticipantId }[], who: ParticipantId) => list.some((entry) => entry.participantId === who);
const hasFreeSeat = (state: StageSnapshot) => state.seats.length < state.seatLimit;
/** On stage or backstage. */
const isIn = (state: StageSnapshot, who: ParticipantId) => placeOf(state, who) !== 'audience';
const isKnown = (state: StageSnapshot, who: ParticipantId) => isIn(state, who) || has(state.requests, who) || has(state.invitations, who);

function without(state: StageSnapshot, who: ParticipantId): StageSnapshot {
  const isOther = (entry: { participantId: ParticipantId }) => entry.participantId !== who;
  return {
    ...state,
    seats: state.seats.filter(isOther),
    backstage: state.backstage.filter(isOther),
    requests: state.requests.filter(isOther),
    invitations: state.invitations.filter(isOther),
  };
}

const same = (state: StageSnapshot): StageResult => ({ state, effects: [] });

function change(from: StageSnapshot, to: StageSnapshot, ...effects: StageEffect[]): StageResult {
  return { state: { ...to, version: from.version + 1 }, effects };
}
