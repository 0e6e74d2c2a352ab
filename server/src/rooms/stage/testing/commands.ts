import type { LianmaiError, ParticipantId, StageSnapshot } from '@lianmai/protocol';
import fc from 'fast-check';
import type { Arrival, Request, StageCommand, StageEffect, StageResult } from '../stageCommands.js';

export type Reduce = (state: StageSnapshot, command: StageCommand, nowMs: number) => StageResult;

const id = (name: string) => name as ParticipantId;
export const PEOPLE = ['host', 'anna', 'bo', 'chen', 'dee', 'eve'].map(id);

/** How many seats random stages begin with: few, so that they fill up. */
export const SEATS = 4;

export const arrival = (who: ParticipantId, wants: Arrival['wants'], more: Partial<Arrival> = {}): Arrival => ({
  type: 'arrive',
  who,
  name: who,
  wants,
  isHost: false,
  ...more,
});

export const request = (who: ParticipantId, more: Partial<Request> = {}): Request => ({
  type: 'request',
  who,
  name: who,
  message: '',
  seat: null,
  soundOnly: false,
  atOnce: false,
  isFollower: false,
  ...more,
});

const who = fc.constantFrom(...PEOPLE);
const seat = fc.integer({ min: 1, max: SEATS + 1 });
const wish = fc.option(seat, { nil: null });
const perhaps = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
const is = <Type extends string | number>(...types: Type[]) => fc.constantFrom(...types);

/** Every command, with plausible and absurd content. */
export const anyCommand: fc.Arbitrary<StageCommand> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(who, is('seat', 'ask', 'none'), fc.boolean(), perhaps(seat)).map(([one, wants, isHost, number]) => arrival(one, wants, { isHost, seat: number })) }, // prettier-ignore
  {
    weight: 6,
    arbitrary: fc
      .record({ who, atOnce: fc.boolean(), isFollower: fc.boolean(), seat: wish, soundOnly: fc.boolean(), message: is('', 'hello') })
      .map(({ who: one, ...more }) => request(one, more)),
  },
  fc.record({ type: is('depart', 'away', 'back', 'cancelRequest', 'cancelInvitation', 'sendBackstage', 'comeDown'), who }),
  { weight: 3, arbitrary: fc.record({ type: is('approve'), who }) },
  { weight: 4, arbitrary: fc.record({ type: is('bringOnAir'), who, seat: perhaps(seat) }) },
  fc.record({ type: is('decline'), who, reason: is('', 'later') }),
  fc.record({ type: is('invite'), who, by: who, seat: wish }),
  fc.record({ type: is('answer'), who, accept: fc.boolean(), soundOnly: fc.boolean() }),
  { weight: 3, arbitrary: fc.record({ type: is('move'), who, seat, mayDisplace: fc.boolean() }) },
  fc.record({ type: is('lockSeat'), seat, isLocked: fc.boolean() }),
  fc.record({ type: is('lockMicrophone'), seat, isLocked: fc.boolean() }),
  fc.record({ type: is('setCoHost'), who, isCoHost: fc.boolean() }),
  fc.record({ type: is('transferHost'), who, by: who }),
  fc.record({ type: is('takeOver'), who, graceMs: is(0, 5, 1000) }),
  fc.record({
    type: is('set'),
    policy: perhaps(is('open', 'request')),
    approvedGoOnAir: perhaps(fc.boolean()),
    autoApprove: perhaps(fc.boolean()),
    requestsFrom: perhaps(is('everyone', 'followers', 'nobody')),
    maxRequests: perhaps(is(1, 2, 50)),
    expiryMs: perhaps(is(0, 7)),
    seatLimit: perhaps(fc.integer({ min: 1, max: SEATS + 1 })),
  }),
  fc.record({ type: is('expire') }),
);

export interface Step {
  state: StageSnapshot;
  effects: readonly StageEffect[];
  error: LianmaiError['code'] | null;
}

/** A rejected command leaves the state unchanged. */
export function step(reduce: Reduce, state: StageSnapshot, command: StageCommand, nowMs: number): Step {
  try {
    return { ...reduce(state, command, nowMs), error: null };
  } catch (thrown) {
    return { state, effects: [], error: codeOf(thrown) };
  }
}

/** Errors that are not typed are faults of the reducer. */
function codeOf(thrown: unknown): LianmaiError['code'] {
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'string')
    return thrown.code as LianmaiError['code'];
  throw thrown;
}
