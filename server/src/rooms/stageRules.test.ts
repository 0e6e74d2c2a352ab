import { type LianmaiError, type ParticipantId, StageSnapshot } from '@lianmai/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { emptyStage, placeOf, reduceStage, type StageCommand } from './stageRules.js';

const id = (name: string) => name as ParticipantId;
const PEOPLE = ['host', 'anna', 'bo', 'chen', 'dee', 'eve'].map(id);

const who = fc.constantFrom(...PEOPLE);
const command: fc.Arbitrary<StageCommand> = fc.oneof(
  fc.record({ type: fc.constant('arrive' as const), who, wants: fc.constantFrom('seat' as const, 'ask' as const, 'none' as const) }),
  fc.record({ type: fc.constant('request' as const), who, atOnce: fc.boolean() }),
  fc.record({ type: fc.constantFrom('depart' as const, 'cancelRequest' as const, 'approve' as const, 'decline' as const), who }),
  fc.record({ type: fc.constantFrom('cancelInvitation' as const, 'comeDown' as const), who }),
  fc.record({ type: fc.constantFrom('bringOnAir' as const, 'sendBackstage' as const), who }),
  fc.record({ type: fc.constant('invite' as const), who, by: who }),
  fc.record({ type: fc.constant('answer' as const), who, accept: fc.boolean() }),
  fc.record({
    type: fc.constant('set' as const),
    policy: fc.option(fc.constantFrom('open' as const, 'request' as const), { nil: undefined }),
    approvedGoOnAir: fc.option(fc.boolean(), { nil: undefined }),
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
          const everywhere = [...state.seats, ...state.backstage, ...state.requests, ...state.invitations].map(
            (entry) => entry.participantId,
          );
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

  it('[STG-03] increments its version with each change, and reports who has moved where', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 60 }), (commands) => {
        let state = emptyStage(3);
        const places = new Map<ParticipantId, string>(PEOPLE.map((one) => [one, 'audience']));
        for (const [index, next] of commands.entries()) {
          const result = step(state, next, index);
          expect(result.state.version).toBe(result.state === state ? state.version : state.version + 1);
          for (const effect of result.effects) if (effect.type === 'moved') places.set(effect.who, effect.to);
          state = result.state;
          for (const one of PEOPLE) expect(placeOf(state, one)).toBe(places.get(one));
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

describe('the air, whatever commands come', () => {
  /** Whether this command may put this person on stage, by their token, a moderator, or a rule of the room. */
  function mayAir(state: StageSnapshot, command: StageCommand, person: ParticipantId): boolean {
    if (!('who' in command) || command.who !== person) return false;
    switch (command.type) {
      case 'arrive':
        return command.wants === 'seat' || (command.wants === 'ask' && state.policy === 'open');
      case 'request':
        return command.atOnce || (state.approvedGoOnAir && state.invitations.some((one) => one.participantId === person));
      case 'bringOnAir':
        return placeOf(state, person) === 'backstage';
      case 'approve':
      case 'invite':
        return state.approvedGoOnAir && state.requests.some((one) => one.participantId === person);
      case 'answer':
        return state.approvedGoOnAir && command.accept && state.invitations.some((one) => one.participantId === person);
      default:
        return false;
    }
  }

  it('[STG-12] has nobody whom neither a moderator nor a rule of the room has put there', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
        let state = emptyStage(3);
        for (const [index, next] of commands.entries()) {
          const after = step(state, next, index).state;
          const aired = PEOPLE.filter((one) => placeOf(after, one) === 'stage' && placeOf(state, one) !== 'stage');
          for (const one of aired) expect([next, mayAir(state, next, one)]).toEqual([next, true]);
          state = after;
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('[STG-13] never loses an approval: who is let in stays until they leave or are taken down', () => {
    fc.assert(
      fc.property(fc.array(command, { maxLength: 80 }), (commands) => {
        let state = emptyStage(3);
        const letIn = new Set<ParticipantId>();
        for (const [index, next] of commands.entries()) {
          const { error, state: after } = step(state, next, index);
          const asked = next.type === 'approve' && state.requests.some((one) => one.participantId === next.who);
          if (asked) expect(error).toBeNull();
          if (asked) letIn.add(next.who);
          if (next.type === 'depart' || next.type === 'comeDown') letIn.delete(next.who);
          for (const one of letIn) expect(placeOf(after, one)).not.toBe('audience');
          state = after;
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('the stage', () => {
  const [host, anna, bo] = PEOPLE as [ParticipantId, ParticipantId, ParticipantId];
  const seats = (state: StageSnapshot) => state.seats.map((seat) => seat.participantId);
  const backstage = (state: StageSnapshot) => state.backstage.map((one) => one.participantId);
  const asking = (state: StageSnapshot) => state.requests.map((request) => request.participantId);

  it('[STG-05] takes hosts up at once, and guests only while it is open', () => {
    const arrivals: StageCommand[] = [
      { type: 'arrive', who: host, wants: 'seat' },
      { type: 'arrive', who: anna, wants: 'ask' },
      { type: 'arrive', who: bo, wants: 'none' },
    ];
    expect([seats(run(arrivals)), asking(run(arrivals))]).toEqual([[host], [anna]]);
    const open = run(arrivals, emptyStage(3, 'open'));
    expect([seats(open), asking(open)]).toEqual([[host, anna], []]);
  });

  it('[STG-06] keeps the request of a guest when it is closed or full', () => {
    const closed = run([{ type: 'arrive', who: anna, wants: 'ask' }], emptyStage(3, 'request'));
    expect([seats(closed), asking(closed)]).toEqual([[], [anna]]);
    const full = run(
      [
        { type: 'arrive', who: host, wants: 'seat' },
        { type: 'arrive', who: anna, wants: 'ask' },
      ],
      emptyStage(1, 'open'),
    );
    expect([seats(full), asking(full)]).toEqual([[host], [anna]]);
  });

  it('[STG-07] lets a viewer in backstage by request and approval, or by invitation and acceptance', () => {
    const asked = run([{ type: 'request', who: anna, atOnce: false }]);
    expect([seats(asked), asking(asked)]).toEqual([[], [anna]]);
    const approved = run([{ type: 'approve', who: anna }], asked);
    expect([seats(approved), backstage(approved), asking(approved)]).toEqual([[], [anna], []]);
    const invited = run([{ type: 'invite', who: bo, by: host }]);
    expect(seats(invited)).toEqual([]);
    const accepted = run([{ type: 'answer', who: bo, accept: true }], invited);
    expect([seats(accepted), backstage(accepted)]).toEqual([[], [bo]]);
    expect(run([{ type: 'answer', who: bo, accept: false }], invited).invitations).toEqual([]);
  });

  it('[STG-08] takes matching request and invitation as agreement', () => {
    expect(
      backstage(
        run([
          { type: 'request', who: anna, atOnce: false },
          { type: 'invite', who: anna, by: host },
        ]),
      ),
    ).toEqual([anna]);
    expect(
      backstage(
        run([
          { type: 'invite', who: anna, by: host },
          { type: 'request', who: anna, atOnce: false },
        ]),
      ),
    ).toEqual([anna]);
  });

  it('[STG-09] puts nobody on air without a free seat: they stay backstage', () => {
    const full = run(
      [
        { type: 'arrive', who: host, wants: 'seat' },
        { type: 'request', who: anna, atOnce: false },
        { type: 'set', approvedGoOnAir: true },
        { type: 'approve', who: anna },
      ],
      emptyStage(1),
    );
    expect([seats(full), backstage(full)]).toEqual([[host], [anna]]);
    expect(step(full, { type: 'bringOnAir', who: anna }, 0).error).toBe('STAGE_FULL');
    const free = run([{ type: 'sendBackstage', who: host }], full);
    const swapped = run([{ type: 'bringOnAir', who: anna }], free);
    expect([seats(swapped), backstage(swapped)]).toEqual([[anna], [host]]);
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
      { type: 'arrive', who: anna, wants: 'seat' },
    ]);
    expect(step(two, { type: 'set', seatLimit: 1 }, 0).error).toBe('WRONG_STATE');
    expect(step(two, { type: 'set', seatLimit: 2, policy: 'request' }, 0).state).toMatchObject({ seatLimit: 2, policy: 'request' });
  });
  it('[STG-14] goes on air from backstage by a moderator’s command, and back; from the audience only by being let in', () => {
    const asked = run([{ type: 'request', who: anna, atOnce: false }]);
    expect(step(asked, { type: 'bringOnAir', who: anna }, 0).error).toBe('WRONG_STATE');
    expect(step(asked, { type: 'sendBackstage', who: anna }, 0).error).toBe('WRONG_STATE');
    const aired = run(
      [
        { type: 'approve', who: anna },
        { type: 'bringOnAir', who: anna },
      ],
      asked,
    );
    expect(seats(aired)).toEqual([anna]);
    const back = run([{ type: 'sendBackstage', who: anna }], aired);
    expect([seats(back), backstage(back)]).toEqual([[], [anna]]);
    expect(backstage(run([{ type: 'arrive', who: anna, wants: 'seat' }], back))).toEqual([anna]);
  });

  it('[STG-15] takes people on air as soon as they are let in, where the room says so', () => {
    const rule: StageCommand = { type: 'set', approvedGoOnAir: true };
    expect(
      seats(
        run([
          rule,
          { type: 'request', who: anna, atOnce: false },
          { type: 'approve', who: anna },
          { type: 'invite', who: bo, by: host },
          { type: 'answer', who: bo, accept: true },
        ]),
      ),
    ).toEqual([anna, bo]);
  });
});
