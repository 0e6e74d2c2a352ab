import { HOST_SEAT, LianmaiError, seatOf, type ParticipantId, type Seat, type StageSnapshot } from '@lianmai/protocol';
import { ask, isQueueFull, mayAsk } from './requestRules.js';
import { exchange, moveBackstage, seat, sit } from './seatRules.js';
import type { Arrival, Of, StageResult } from './stageCommands.js';
import { change, freeSeatFor, has, isIn, placeOf, same, without } from './stageState.js';

/** The host: who it is, their absence, and those who help them. */

export function arrive(state: StageSnapshot, arrival: Arrival, nowMs: number): StageResult {
  const welcomed = greetHost(state, arrival);
  const placed = place(welcomed, arrival, nowMs);
  // Becoming host and taking the seat are one change.
  return placed.state === state ? same(state) : change(state, placed.state, ...placed.effects);
}

/** Somebody whose token makes them host runs the room as long as there is no other host. */
function greetHost(state: StageSnapshot, { who, isHost }: Arrival): StageSnapshot {
  if (state.host === who) return state.hostAwaySinceMs === null ? state : { ...state, hostAwaySinceMs: null };
  return isHost && state.host === null ? crown(state, who) : state;
}

function place(state: StageSnapshot, { who, name, wants, seat: wanted }: Arrival, nowMs: number): StageResult {
  // People who come back stay where they are, hosts too.
  if (wants === 'none' || isIn(state, who)) return same(state);
  const isWelcome = wants === 'seat' || state.settings.policy === 'open';
  if (isWelcome && freeSeatFor(state, who)) return seat(state, who, nowMs, wanted ?? null);
  if (has(state.requests, who) || has(state.invitations, who)) return same(state);
  if (!isWelcome && !mayAsk(state.settings, false)) return same(state);
  return isQueueFull(state) ? same(state) : ask(state, { who, name, message: '', seat: null, soundOnly: false }, nowMs);
}

export function depart(state: StageSnapshot, who: ParticipantId, nowMs: number): StageResult {
  const wasIn = isIn(state, who);
  const isHost = state.host === who;
  if (!wasIn && !isHost && !has(state.requests, who) && !has(state.invitations, who)) return same(state);
  const rest = without(state, who);
  const left = isHost ? { ...rest, host: null, hostAwaySinceMs: state.hostAwaySinceMs ?? nowMs } : rest;
  return wasIn ? change(state, left, { type: 'moved', who, to: 'audience' }) : change(state, left);
}

export function setPresence(state: StageSnapshot, { type, who }: Of<'away' | 'back'>, nowMs: number): StageResult {
  const isAway = state.hostAwaySinceMs !== null;
  if (state.host !== who || isAway === (type === 'away')) return same(state);
  return change(state, { ...state, hostAwaySinceMs: isAway ? null : nowMs });
}

export function transferHost(state: StageSnapshot, { who, by }: Of<'transferHost'>): StageResult {
  if (state.host === who) return same(state);
  if (state.host !== by) throw new LianmaiError('FORBIDDEN', undefined, { message: 'Only the host can hand the room over.' });
  const theirs = seatOf(state, who);
  if (!theirs) throw new LianmaiError('WRONG_STATE', undefined, { message: 'Bring this person on stage first, then hand the room over.' });
  return changeSeats(state, exchange(state, hostSeat(state), theirs), who);
}

export function takeOver(state: StageSnapshot, { who, graceMs }: Of<'takeOver'>, nowMs: number): StageResult {
  if (state.host === who) return same(state);
  assertHostGone(state, graceMs, nowMs);
  const [first, theirs] = [hostSeat(state), seatOf(state, who)];
  if (theirs) return changeSeats(state, exchange(state, first, theirs), who);
  const former = first.occupant?.participantId;
  const cleared = former ? makeRoom(state, former, nowMs) : same(state);
  const seated = sit(cleared.state, who, hostSeat(cleared.state), nowMs);
  return changeSeats(state, { state: seated.state, effects: [...cleared.effects, ...seated.effects] }, who);
}

/** The former host, who may yet come back, leaves seat 1: for another one, or for backstage. */
function makeRoom(state: StageSnapshot, former: ParticipantId, nowMs: number): StageResult {
  const free = freeSeatFor({ ...state, host: null }, former);
  return free ? exchange(state, hostSeat(state), free) : moveBackstage(state, former, nowMs);
}

/** One change: people on their seats, and their host. */
const changeSeats = (from: StageSnapshot, { state, effects }: StageResult, host: ParticipantId): StageResult =>
  change(from, crown(state, host), ...effects);

function assertHostGone({ host, hostAwaySinceMs }: StageSnapshot, graceMs: number, nowMs: number): void {
  if (hostAwaySinceMs === null && host === null) return;
  const remainingMs = hostAwaySinceMs === null ? null : hostAwaySinceMs + graceMs - nowMs;
  if (remainingMs !== null && remainingMs <= 0) return;
  const details = remainingMs === null ? undefined : { retryAfterMs: remainingMs };
  throw new LianmaiError('WRONG_STATE', details, {
    message:
      remainingMs === null ? 'The host is here. Ask them to hand the room over.' : 'The host may come back any moment. Wait a little.',
  });
}

const crown = (state: StageSnapshot, who: ParticipantId): StageSnapshot => ({
  ...state,
  host: who,
  hostAwaySinceMs: null,
  coHosts: state.coHosts.filter((one) => one !== who),
});

export function setCoHost(state: StageSnapshot, { who, isCoHost }: Of<'setCoHost'>): StageResult {
  if (state.coHosts.includes(who) === isCoHost) return same(state);
  if (!isCoHost) return change(state, { ...state, coHosts: state.coHosts.filter((one) => one !== who) });
  if (state.host === who) throw new LianmaiError('WRONG_STATE', undefined, { message: 'This person is the host.' });
  if (placeOf(state, who) !== 'stage')
    throw new LianmaiError('WRONG_STATE', undefined, { message: 'Only people on stage can be co-hosts. Bring them on stage first.' });
  return change(state, { ...state, coHosts: [...state.coHosts, who] });
}

function hostSeat(state: StageSnapshot): Seat {
  const [first] = state.seats;
  if (first?.number !== HOST_SEAT) throw new LianmaiError('INTERNAL', undefined, { cause: new Error('a stage without seat 1') });
  return first;
}
