import { LianmaiError, type ParticipantId, type StageSettings, type StageSnapshot, type StageWish } from '@lianmai/protocol';
import type { Of, Request, StageEffect, StageResult } from './stageCommands.js';
import { moveBackstage, seat } from './seatRules.js';
import { change, find, freeSeatFor, has, isIn, same, without } from './stageState.js';

/** Requests, invitations and their answers. */

export function request(state: StageSnapshot, command: Request, nowMs: number): StageResult {
  const { who, atOnce, isFollower, seat: wanted } = command;
  if (isIn(state, who)) return same(state);
  if (atOnce && freeSeatFor(state, who)) return seat(state, who, nowMs, wanted);
  if (has(state.invitations, who)) return letIn(state, who, nowMs, command);
  if (has(state.requests, who)) return rephrase(state, command);
  if (!atOnce) assertMayAsk(state.settings, isFollower);
  if (state.settings.autoApprove && freeSeatFor(state, who)) return letIn(state, who, nowMs, command);
  if (isQueueFull(state)) throw new LianmaiError('REQUESTS_FULL', { waiting: state.requests.length });
  return ask(state, command, nowMs);
}

export const isQueueFull = ({ requests, settings }: StageSnapshot): boolean => requests.length >= settings.maxRequests;

export function mayAsk({ requestsFrom }: StageSettings, isFollower: boolean): boolean {
  return requestsFrom === 'everyone' || (requestsFrom === 'followers' && isFollower);
}

function assertMayAsk(settings: StageSettings, isFollower: boolean): void {
  if (mayAsk(settings, isFollower)) return;
  const message = settings.requestsFrom === 'followers' ? 'Only followers of the host may ask to come up here.' : undefined;
  throw new LianmaiError('REQUESTS_CLOSED', { requestsFrom: settings.requestsFrom }, message ? { message } : {});
}

/** Another message or wish keeps the place in the queue. */
function rephrase(state: StageSnapshot, { who, message, seat: wanted, soundOnly }: Request): StageResult {
  const before = find(state.requests, who);
  if (!before || (before.message === message && before.seat === wanted && before.soundOnly === soundOnly)) return same(state);
  const after = { ...before, message, seat: wanted, soundOnly };
  return change(state, { ...state, requests: state.requests.map((one) => (one === before ? after : one)) });
}

export function ask(
  state: StageSnapshot,
  { who, name, message, seat: wanted, soundOnly }: Pick<Request, 'who' | 'name' | 'message' | 'seat' | 'soundOnly'>,
  nowMs: number,
): StageResult {
  const entry = { participantId: who, name, message, seat: wanted, soundOnly, atMs: nowMs, expiresAtMs: expiry(state, nowMs) };
  return change(state, { ...state, requests: [...state.requests, entry] });
}

export function approve(state: StageSnapshot, { who }: Of<'approve'>, nowMs: number): StageResult {
  if (isIn(state, who)) return same(state);
  const asked = find(state.requests, who);
  if (!asked)
    throw new LianmaiError('WRONG_STATE', undefined, { message: 'This person has not asked to come on stage. Invite them instead.' });
  return letIn(state, who, nowMs, asked);
}

export function decline(state: StageSnapshot, { who, reason }: Of<'decline'>): StageResult {
  if (!has(state.requests, who)) return same(state);
  return change(state, without(state, who), { type: 'refused', who, outcome: 'declined', reason });
}

export function invite(state: StageSnapshot, { who, by, seat: wanted }: Of<'invite'>, nowMs: number): StageResult {
  if (isIn(state, who) || has(state.invitations, who)) return same(state);
  const asked = find(state.requests, who);
  // A request meets an invitation, so both sides have agreed.
  if (asked) return letIn(state, who, nowMs, { ...asked, seat: wanted ?? asked.seat });
  const entry = { participantId: who, by, seat: wanted, atMs: nowMs, expiresAtMs: expiry(state, nowMs) };
  return change(state, { ...state, invitations: [...state.invitations, entry] });
}

export function answer(state: StageSnapshot, { who, accept, soundOnly }: Of<'answer'>, nowMs: number): StageResult {
  const invitation = find(state.invitations, who);
  if (invitation) return accept ? letIn(state, who, nowMs, { seat: invitation.seat, soundOnly }) : change(state, without(state, who));
  if (!accept || isIn(state, who)) return same(state);
  throw new LianmaiError('WRONG_STATE', undefined, { message: 'You have no invitation any more. Ask to come on stage instead.' });
}

export function cancel(state: StageSnapshot, list: 'requests' | 'invitations', who: ParticipantId): StageResult {
  return has(state[list], who) ? change(state, without(state, who)) : same(state);
}

export function expire(state: StageSnapshot, nowMs: number): StageResult {
  const isOver = ({ expiresAtMs }: { expiresAtMs: number | null }) => expiresAtMs !== null && expiresAtMs <= nowMs;
  const [requests, invitations] = [state.requests.filter(isOver), state.invitations.filter(isOver)];
  const effects: StageEffect[] = [
    ...requests.map(({ participantId: who }) => ({ type: 'refused' as const, who, outcome: 'expired' as const, reason: '' })),
    ...invitations.map(({ participantId: who }) => ({ type: 'invitationExpired' as const, who })),
  ];
  if (effects.length === 0) return same(state);
  const rest = effects.reduce((left, { who }) => without(left, who), state);
  return change(state, rest, ...effects);
}

/** When the next request or invitation expires, epoch ms; null: none does. */
export function nextExpiryMs({ requests, invitations }: StageSnapshot): number | null {
  const times = [...requests, ...invitations].flatMap(({ expiresAtMs }) => expiresAtMs ?? []);
  return times.length > 0 ? Math.min(...times) : null;
}

const expiry = ({ settings: { expiryMs } }: StageSnapshot, nowMs: number) => (expiryMs > 0 ? nowMs + expiryMs : null);

/** Never refuses: without a free seat, they wait backstage. */
function letIn(state: StageSnapshot, who: ParticipantId, nowMs: number, wish: StageWish): StageResult {
  return state.settings.approvedGoOnAir && freeSeatFor(state, who)
    ? seat(state, who, nowMs, wish.seat)
    : moveBackstage(state, who, nowMs, wish);
}
