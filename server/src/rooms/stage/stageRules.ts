import type { StageSnapshot } from '@lianmai/protocol';
import { arrive, depart, setCoHost, setPresence, takeOver, transferHost } from './hostRules.js';
import { answer, approve, cancel, decline, expire, invite, request } from './requestRules.js';
import { bringOnAir, comeDown, lockMicrophone, lockSeat, move, resize, sendBackstage } from './seatRules.js';
import type { Of, StageCommand, StageResult } from './stageCommands.js';
import { change, same } from './stageState.js';

/**
 * Seats, backstage, requests, invitations and the host as a pure reducer: a command returns the next state and its effects, or throws a
 * typed error. Who has a seat is on air. Invariants: nobody gets a seat except by their token (a host), by a moderator's command, or by a
 * rule of the room; who has been let in stays on stage or backstage until they leave or are taken down; a seat has one occupant, seat 1
 * the host or nobody, and a locked one nobody; nobody is in two of the lists, or in one of them twice; the version increments by one with
 * each change; a command that changes nothing returns the same state.
 */
export function reduceStage(state: StageSnapshot, command: StageCommand, nowMs: number): StageResult {
  switch (command.type) {
    case 'arrive':
      return arrive(state, command, nowMs);
    case 'depart':
      return depart(state, command.who, nowMs);
    case 'away':
    case 'back':
      return setPresence(state, command, nowMs);
    case 'request':
      return request(state, command, nowMs);
    case 'cancelRequest':
      return cancel(state, 'requests', command.who);
    case 'approve':
      return approve(state, command, nowMs);
    case 'decline':
      return decline(state, command);
    case 'bringOnAir':
      return bringOnAir(state, command, nowMs);
    case 'sendBackstage':
      return sendBackstage(state, command, nowMs);
    case 'invite':
      return invite(state, command, nowMs);
    case 'cancelInvitation':
      return cancel(state, 'invitations', command.who);
    case 'answer':
      return answer(state, command, nowMs);
    case 'comeDown':
      return comeDown(state, command.who);
    case 'move':
      return move(state, command);
    case 'lockSeat':
      return lockSeat(state, command);
    case 'lockMicrophone':
      return lockMicrophone(state, command);
    case 'setCoHost':
      return setCoHost(state, command);
    case 'transferHost':
      return transferHost(state, command);
    case 'takeOver':
      return takeOver(state, command, nowMs);
    case 'set':
      return set(state, command);
    case 'expire':
      return expire(state, nowMs);
  }
}

function set(state: StageSnapshot, { type: _, seatLimit = state.seats.length, ...wanted }: Of<'set'>): StageResult {
  const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
  const settings = { ...state.settings, ...Object.fromEntries(given) };
  const isSame = given.every(([key, value]) => state.settings[key as keyof typeof settings] === value);
  if (isSame && seatLimit === state.seats.length) return same(state);
  return change(state, { ...state, settings, seats: resize(state, seatLimit) });
}
