import { describe, expect, it } from 'vitest';
import { reduceStage } from './stageRules.js';
import { mutants, reducerOf } from './testing/mutants.js';
import * as properties from './testing/properties.js';

const RUNS = 1000;

describe('the stage, whatever commands come', () => {
  it('[STG-01] has one occupant a seat, the host on seat 1, nobody on a locked one, and lists nobody twice', () => {
    properties.seatsAndLists(reduceStage, RUNS);
  });

  it('[STG-02] ignores a repeated command: same state, no effects', () => {
    properties.repetition(reduceStage, RUNS);
  });

  it('[STG-03] increments its version with each change, and reports who has moved where', () => {
    properties.versionsAndMoves(reduceStage, RUNS);
  });

  it('[STG-04] continues from its snapshot, which is all that a late joiner needs', () => {
    properties.snapshotIsAll(reduceStage, RUNS);
  });

  it('[STG-12] has nobody on air whom neither a moderator nor a rule of the room has put there', () => {
    properties.nobodyIsOnAirUnasked(reduceStage, RUNS);
  });

  it('[STG-13] never loses an approval: who is let in stays until they leave or are taken down', () => {
    properties.approvalsAreKept(reduceStage, RUNS);
  });

  it('[STG-20] silences whoever comes to sit where the microphone is locked', () => {
    properties.microphonesStayLocked(reduceStage, RUNS);
  });

  it('does what an independent model does', () => {
    properties.sameAsModel(reduceStage, 2 * RUNS);
  });
});

describe('a fault in the rules', () => {
  it.each(mutants)('is noticed: $fault', async (mutant) => {
    const reduce = await reducerOf(mutant);
    const isBroken = (check: properties.Property) => {
      try {
        check(reduce, RUNS);
        return false;
      } catch {
        return true;
      }
    };
    expect([properties.sameAsModel, ...Object.values(properties)].some(isBroken)).toBe(true);
  });
});
