import assert from 'node:assert/strict';
import { seatedIds, seatOf, StageSnapshot, type ParticipantId } from '@lianmai/protocol';
import fc from 'fast-check';
import type { StageCommand } from '../stageCommands.js';
import { emptyStage, placeOf } from '../stageState.js';
import { anyCommand, PEOPLE, SEATS, step, type Reduce } from './commands.js';
import { StageModel } from './StageModel.js';

/** Properties that hold whatever commands come. Each throws if the reducer breaks it. */
export type Property = (reduce: Reduce, runs: number) => void;

/** By default, fast-check makes short ones only. */
const sequence = (maxLength: number) => fc.array(anyCommand, { maxLength, size: 'max' });

/** Runs random sequences, and calls `see` after each command. */
function always(runs: number, reduce: Reduce, see: (seen: Seen) => void): void {
  fc.assert(
    fc.property(sequence(60), (commands) => {
      let state = emptyStage(SEATS);
      for (const [nowMs, command] of commands.entries()) {
        const after = step(reduce, state, command, nowMs);
        see({ ...after, before: state, command, nowMs });
        state = after.state;
      }
    }),
    { numRuns: runs },
  );
}

interface Seen extends ReturnType<typeof step> {
  before: StageSnapshot;
  command: StageCommand;
  nowMs: number;
}

export const seatsAndLists: Property = (reduce, runs) => {
  always(runs, reduce, ({ state }) => {
    const lists = [...state.backstage, ...state.requests, ...state.invitations].map((entry) => entry.participantId);
    const everywhere = [...seatedIds(state), ...lists];
    assert.equal(new Set(everywhere).size, everywhere.length, 'somebody is in two places');
    const [first] = state.seats;
    assert(!first?.occupant || first.occupant.participantId === state.host, 'seat 1 is not the host’s');
    assert(!state.seats.some((seat) => seat.isLocked && seat.occupant), 'somebody sits on a locked seat');
    assert.deepEqual(state.seats.map((seat) => seat.number), state.seats.map((_, index) => index + 1)); // prettier-ignore
    assert(
      state.coHosts.every((who) => seatOf(state, who) && who !== state.host),
      'a co-host is not on stage, or is the host',
    );
    assert(state.requests.length <= Math.max(state.settings.maxRequests, 50), 'too many requests');
  });
};

export const repetition: Property = (reduce, runs) => {
  fc.assert(
    fc.property(sequence(40), anyCommand, (commands, last) => {
      const before = commands.reduce((state, command, nowMs) => step(reduce, state, command, nowMs).state, emptyStage(SEATS));
      const once = step(reduce, before, last, 100);
      // After a command of another kind, an exact repetition may mean something new: only two in a row do not.
      if (once.error) return;
      const twice = step(reduce, once.state, last, 100);
      assert.equal(twice.error, null);
      assert.equal(twice.state, once.state);
      assert.deepEqual(twice.effects, []);
    }),
    { numRuns: runs },
  );
};

export const versionsAndMoves: Property = (reduce, runs) => {
  const places = new Map<ParticipantId, string>();
  always(runs, reduce, ({ before, state, effects }) => {
    assert.equal(state.version, state === before ? before.version : before.version + 1);
    for (const one of PEOPLE) places.set(one, placeOf(before, one));
    for (const effect of effects) if (effect.type === 'moved') places.set(effect.who, effect.to);
    for (const one of PEOPLE) assert.equal(placeOf(state, one), places.get(one), 'a move was not reported');
  });
};

export const snapshotIsAll: Property = (reduce, runs) => {
  fc.assert(
    fc.property(sequence(40), sequence(20), (earlier, later) => {
      const run = (from: StageSnapshot, commands: StageCommand[], startMs: number) =>
        commands.reduce((state, command, index) => step(reduce, state, command, startMs + index).state, from);
      const state = run(emptyStage(SEATS), earlier, 0);
      const restored = StageSnapshot.parse(JSON.parse(JSON.stringify(state)));
      assert.deepEqual(run(restored, later, 100), run(state, later, 100));
    }),
    { numRuns: runs },
  );
};

export const microphonesStayLocked: Property = (reduce, runs) => {
  always(runs, reduce, ({ before, state, effects }) => {
    for (const { isMicrophoneLocked, number, occupant } of state.seats) {
      if (!isMicrophoneLocked || !occupant) continue;
      const earlier = before.seats[number - 1];
      const isNew = !earlier?.isMicrophoneLocked || earlier.occupant?.participantId !== occupant.participantId;
      const isTold = effects.some((effect) => effect.type === 'silenced' && effect.who === occupant.participantId);
      assert(!isNew || isTold, 'the occupant of a seat with a locked microphone was not silenced');
    }
  });
};

export const approvalsAreKept: Property = (reduce, runs) => {
  always(runs, reduce, ({ before, state, command, error }) => {
    if (command.type === 'approve' && before.requests.some((one) => one.participantId === command.who)) {
      assert.equal(error, null);
      assert.notEqual(placeOf(state, command.who), 'audience');
    }
    for (const one of PEOPLE) {
      const isTakenDown = 'who' in command && command.who === one && (command.type === 'depart' || command.type === 'comeDown');
      if (placeOf(before, one) !== 'audience' && !isTakenDown) assert.notEqual(placeOf(state, one), 'audience', 'an approval was lost');
    }
  });
};

export const nobodyIsOnAirUnasked: Property = (reduce, runs) => {
  always(runs, reduce, ({ before, state, command }) => {
    for (const one of PEOPLE) {
      if (placeOf(state, one) !== 'stage' || placeOf(before, one) === 'stage') continue;
      assert(mayAir(before, command, one), `${one} went on air by ${JSON.stringify(command)}`);
    }
  });
};

/** Whether this command may put this person on stage: by their token, a moderator, or a rule of the room. */
function mayAir({ settings, invitations, requests, ...state }: StageSnapshot, command: StageCommand, one: ParticipantId): boolean {
  if (!('who' in command) || command.who !== one) return false;
  const isIn = (list: readonly { participantId: ParticipantId }[]) => list.some((entry) => entry.participantId === one);
  switch (command.type) {
    case 'arrive':
      return command.wants === 'seat' || (command.wants === 'ask' && settings.policy === 'open');
    case 'request':
      return command.atOnce || (settings.approvedGoOnAir && (isIn(invitations) || settings.autoApprove));
    case 'bringOnAir':
      return isIn(state.backstage);
    case 'approve':
    case 'invite':
      return settings.approvedGoOnAir && isIn(requests);
    case 'answer':
      return settings.approvedGoOnAir && command.accept && isIn(invitations);
    case 'takeOver':
      return true;
    default:
      return false;
  }
}

export const sameAsModel: Property = (reduce, runs) => {
  fc.assert(
    fc.property(sequence(80), (commands) => {
      const model = new StageModel(SEATS);
      let state = emptyStage(SEATS);
      for (const [nowMs, command] of commands.entries()) {
        const after = step(reduce, state, command, nowMs);
        assert.deepEqual([command, after.error], [command, model.try(command, nowMs)]);
        assert.deepEqual(StageModel.viewOf(after.state), model.view());
        state = after.state;
      }
    }),
    { numRuns: runs },
  );
};
