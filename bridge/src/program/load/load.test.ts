import { createLog } from '@lianmai/kit';
import { FPS } from '@lianmai/protocol';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { stepsOf, type EncodingStep } from '../encoder/index.js';
import { LoadControl } from './LoadControl.js';
import { PicturePacer, type TickLoad } from './PicturePacer.js';
import { StepControl } from './StepControl.js';

const AT_EASE = { behindTicks: 0, heldPictures: 1, lagTicks: 1 };
const STEPS = stepsOf({ preset: 'superfast', encoder: 'x264' });

describe('PicturePacer', () => {
  let pacer: PicturePacer;
  let frame = 0;
  const decide = (load: Partial<TickLoad> = {}) => pacer.decide({ frame: frame++, ...AT_EASE, ...load });
  beforeEach(() => {
    [pacer, frame] = [new PicturePacer(), 0];
  });

  it('shows every picture while the machine keeps up', () => {
    for (let tick = 0; tick < 300; tick++) expect(decide()).toBe('shown');
  });

  it('makes up a stall of half a second with all its pictures', () => {
    for (let behindTicks = 15; behindTicks >= 0; behindTicks--) expect(decide({ behindTicks })).toBe('shown');
    for (let heldPictures = 0; heldPictures < 15; heldPictures++) expect(decide({ heldPictures, lagTicks: 14 })).toBe('shown');
  });

  it('leaves out what is later, or more than the encoder can hold', () => {
    expect(decide({ behindTicks: 16 })).toBe('leftOut');
    expect(decide({ heldPictures: 15 })).toBe('leftOut');
  });

  it('keeps pictures fresh once some were left out, until the machine has kept up for two seconds', () => {
    decide({ behindTicks: 16 });
    expect(decide({ behindTicks: 4 })).toBe('leftOut');
    expect(decide({ lagTicks: 6 })).toBe('leftOut');
    expect(decide({ behindTicks: 3, lagTicks: 5 })).toBe('shown');
    for (let tick = 0; tick < 2 * FPS; tick++) decide();
    expect(decide({ behindTicks: 15, lagTicks: 14 })).toBe('shown');
  });

  it.each([30, 20, 15])('spreads %i pictures evenly over each second, and no more of them are due', (fps) => {
    pacer.fps = fps;
    const verdicts = Array.from({ length: 90 }, () => decide());
    expect(verdicts.filter((verdict) => verdict === 'shown')).toHaveLength(3 * fps);
    expect(verdicts).not.toContain('leftOut');
    expect(verdicts.join(' ')).not.toContain('notDue notDue');
  });
});

describe('StepControl', () => {
  let control: StepControl;
  beforeEach(() => {
    control = new StepControl(STEPS.length);
  });

  /** Seconds in each of which so many pictures are left out. */
  function pass(seconds: number, leftOut = 0): void {
    for (let tick = 0; tick < seconds * FPS; tick++) control.tick(tick % FPS < leftOut ? 'leftOut' : 'shown');
  }

  it('steps down after three seconds of pictures left out, and again after each further three', () => {
    pass(2, 10);
    expect([control.step, control.isDegraded]).toEqual([0, false]);
    pass(1, 10);
    expect([control.step, control.isDegraded]).toEqual([1, true]);
    pass(3, 5);
    expect(control.step).toBe(2);
    pass(30, 5);
    expect(control.step).toBe(STEPS.length - 1);
  });

  it('is not moved by a stall, nor by a picture now and then', () => {
    pass(1, 30);
    pass(2);
    pass(2, 30);
    pass(60, 1);
    expect([control.step, control.isDegraded]).toEqual([0, false]);
  });

  it('steps up after half a minute with room, and has recovered five seconds after the last step', () => {
    pass(6, 10);
    pass(29);
    expect(control.step).toBe(2);
    pass(1);
    expect(control.step).toBe(1);
    pass(30);
    expect([control.step, control.isDegraded]).toEqual([0, true]);
    pass(5);
    expect(control.isDegraded).toBe(false);
  });

  it('waits twice as long after each step up that failed, ten minutes at most', () => {
    pass(3, 10);
    for (const waitS of [30, 60, 120, 240, 480, 600, 600]) {
      pass(waitS - 1);
      expect(control.step).toBe(1);
      pass(1);
      expect(control.step).toBe(0);
      pass(3, 10);
      expect(control.step).toBe(1);
    }
    pass(1200);
    pass(3, 10);
    pass(30);
    expect(control.step).toBe(0);
  });
});

describe('LoadControl', () => {
  it('never asks for a step that is not the one reported, and reports the profile’s own as no degradation', () => {
    const load = fc.record({ behindTicks: fc.integer({ min: 0, max: 40 }), heldPictures: fc.nat(15), lagTicks: fc.nat(30) });
    const spells = fc.array(fc.tuple(fc.integer({ min: 1, max: 200 }), load), { maxLength: 40 });
    fc.assert(
      fc.property(spells, (pattern) => {
        let asked: EncodingStep = STEPS[0];
        let [frame, shown] = [0, 0];
        const control = new LoadControl({ steps: STEPS, onStep: (step) => (asked = step), log: createLog('test', 'silent') });
        for (const [ticks, one] of pattern) {
          for (let tick = 0; tick < ticks; tick++) if (control.wantsPicture({ frame: frame++, ...one })) shown++;
          const { degradation } = control;
          if (degradation) expect(asked).toEqual({ preset: degradation.preset, fps: degradation.fps });
          else expect(asked).toEqual(STEPS[0]);
        }
        expect(shown + control.leftOut).toBe(frame);
      }),
    );
  });
});
