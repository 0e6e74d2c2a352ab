import { type LianmaiError, type ParticipantId, StageSnapshot } from '@lianmai/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyStage, reduceStage, type StageCommand } from './stageRules.js';

const id = (name: string) => name as ParticipantId;
const PEOPLE = ['host', 'anna', 'bo', 'chen', 'dee', 'eve'].map(id);

const who = fc.constantFrom(...PEOPLE);
const command: fc.Arbitrary<StageCommand> = fc.oneof(
  fc.record({ type: fc.constant('arrive' as const), who, wants: fc.constantFrom('seat' as const, 'ask' as const, 'none' as const) }),
  fc.record({ type: fc.constant('request' as const), who, atOnce: fc.boolean() }),
  fc.record({ type: fc.constantFrom('depart' as const, 'cancelRequest' as const, 'approve' as const, 'decline' as const), who }),
  fc.record({ type: fc.constantFrom('cancelInvitation' as const, 'comeDown' as const), who }),
  fc.record({ type: fc.constant('invite' as const), who, by: who }),
  fc.record({ type: fc.constant('answer' as const), who, accept: fc.boolean() }),
  fc.record({
    type: fc.constant('set' as const),
    policy: fc.option(fc.constantFrom('open' as const, 'request' as const), { nil: undefined }),
    seatLimit: fc.option(fc.integer({ min: 1, max: 5 }), { nil: undefined }),
  }),
);

/** A rejected command leaves the state unchanged. */
function step(state: StageSnapshot, next: StageCommand, nowMs: number) {
  try {
    return { ...reduceStage(state, next, nowMs), error: null };
  } catch (error) {
    return { state, effects: [], error: (error as LianmaiError).code };
  }
}
const run = (commands: StageCommand[], from = emptyStage(3)) =>
  commands.reduce((state, next, index) => step(state, next, index).state, from);

describe('the stage, whatever commands come', () => {
  it('[STG-01] never exceeds its seats, and lists nobody twice', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        let state = emptyStage(3);
        for (const [index, next] of commands.entries()) {
          state = step(state, next, index).state;
          const everywhere = [...state.seats, ...state.requests, ...state.invitations].map((entry) => entry.participantId);
          expect(state.seats.length).toBeLessThanOrEqual(state.seatLimit);
          expect(new Set(everywhere).size).toBe(everywhere.length);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('[STG-02] ignores a repeated command: same state, no effects', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), command, (commands, last) => {
        const before = run(commands);
        const once = step(before, last, 100);
        if (once.error) return;
        // Only an exact repetition has no effect: after a decline, asking again is a new request.
        const twice = step(once.state, last, 200);
        expect(twice.error).toBeNull();
        expect(twice.state).toBe(once.state);
        expect(twice.effects).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('[STG-03] increments its version with each change, and reports who went up or came down', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        let state = emptyStage(3);
        const onStage = new Set<ParticipantId>();
        for (const [index, next] of commands.entries()) {
          const result = step(state, next, index);
          expect(result.state.version).toBe(result.state === state ? state.version : state.version + 1);
          for (const effect of result.effects) {
            if (effect.type === 'seated') onStage.add(effect.who);
            if (effect.type === 'unseated') onStage.delete(effect.who);
          }
          state = result.state;
          expect(new Set(state.seats.map((seat) => seat.participantId))).toEqual(onStage);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('[STG-04] continues from its snapshot, which is all that a late joiner needs', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 40 }), fc.array(command, { maxLength: 20 }), (before, after) => {
        const state = run(before);
        const restored = StageSnapshot.parse(JSON.parse(JSON.stringify(state)));
        expect(run(after, restored)).toEqual(run(after, state));
      }),
    );
  });
});

describe('the stage', () => {
  const [host, anna, bo] = PEOPLE as [ParticipantId, ParticipantId, ParticipantId];
  const seats = (state: StageSnapshot) => state.seats.map((seat) => seat.participantId);
  const asking = (state: StageSnapshot) => state.requests.map((request) => request.participantId);

  it('[STG-05] takes hosts up at once, and guests while it is open', () => {
    const state = run([
      { type: 'arrive', who: host, wants: 'seat' },
      { type: 'arrive', who: anna, wants: 'ask' },
      { type: 'arrive', who: bo, wants: 'none' },
    ]);
    expect(seats(state)).toEqual([host, anna]);
    expect(asking(state)).toEqual([]);
  });

  it('[STG-06] keeps the request of a guest when it is closed or full', () => {
    const closed = run([{ type: 'arrive', who: anna, wants: 'ask' }], emptyStage(3, 'request'));
    expect([seats(closed), asking(closed)]).toEqual([[], [anna]]);
    const full = run(
      [
        { type: 'arrive', who: host, wants: 'seat' },
        { type: 'arrive', who: anna, wants: 'ask' },
      ],
      emptyStage(1),
    );
    expect([seats(full), asking(full)]).toEqual([[host], [anna]]);
  });

  it('[STG-07] takes a viewer up by request and approval, or by invitation and acceptance', () => {
    const asked = run([{ type: 'request', who: anna, atOnce: false }]);
    expect([seats(asked), asking(asked)]).toEqual([[], [anna]]);
    expect(seats(run([{ type: 'approve', who: anna }], asked))).toEqual([anna]);
    const invited = run([{ type: 'invite', who: bo, by: host }]);
    expect(seats(invited)).toEqual([]);
    expect(seats(run([{ type: 'answer', who: bo, accept: true }], invited))).toEqual([bo]);
    expect(run([{ type: 'answer', who: bo, accept: false }], invited).invitations).toEqual([]);
  });

  it('[STG-08] takes matching request and invitation as agreement', () => {
    expect(
      seats(
        run([
          { type: 'request', who: anna, atOnce: false },
          { type: 'invite', who: anna, by: host },
        ]),
      ),
    ).toEqual([anna]);
    expect(
      seats(
        run([
          { type: 'invite', who: anna, by: host },
          { type: 'request', who: anna, atOnce: false },
        ]),
      ),
    ).toEqual([anna]);
  });

  it('[STG-09] reports STAGE_FULL and keeps the request', () => {
    const full = run(
      [
        { type: 'arrive', who: host, wants: 'seat' },
        { type: 'request', who: anna, atOnce: false },
      ],
      emptyStage(1),
    );
    expect(step(full, { type: 'approve', who: anna }, 0).error).toBe('STAGE_FULL');
    expect(step(full, { type: 'invite', who: bo, by: host }, 0).error).toBe('STAGE_FULL');
    expect(asking(full)).toEqual([anna]);
  });

  it('[STG-10] reports a declined request, and rejects approval without a request', () => {
    const asked = run([{ type: 'request', who: anna, atOnce: false }]);
    expect(step(asked, { type: 'decline', who: anna }, 0).effects).toEqual([{ type: 'declined', who: anna }]);
    expect(step(asked, { type: 'approve', who: bo }, 0).error).toBe('WRONG_STATE');
    expect(step(asked, { type: 'answer', who: bo, accept: true }, 0).error).toBe('WRONG_STATE');
  });

  it('[STG-11] rejects a limit below the seats that are taken', () => {
    const two = run([
      { type: 'arrive', who: host, wants: 'seat' },
      { type: 'arrive', who: anna, wants: 'ask' },
    ]);
    expect(step(two, { type: 'set', seatLimit: 1 }, 0).error).toBe('WRONG_STATE');
    expect(step(two, { type: 'set', seatLimit: 2, policy: 'request' }, 0).state).toMatchObject({ seatLimit: 2, policy: 'request' });
  });
});
