import { describe, expect, it } from 'vitest';
import { CongestionGuard } from './CongestionGuard';

const FULL_BPS = 2_350_000;
const SOUND_BPS = 70_000;

/** A page that sends as much video as the guard lets it, over a network whose loss is a function of the rate. */
function create(lossAt: (sentBps: number) => number) {
  const guard = new CongestionGuard();
  let atMs = 0;
  const network = { lossAt };
  const run = (seconds: number) => {
    for (let second = 0; second < seconds; second++) {
      const sentBps = (guard.videoBps ?? FULL_BPS) + SOUND_BPS;
      guard.add({ atMs: (atMs += 1000), sentBps, loss: network.lossAt(sentBps) }, { videoBps: FULL_BPS, soundBps: SOUND_BPS });
    }
    return guard.videoBps;
  };
  return { run, network };
}

const policer = (bps: number) => (sentBps: number) => Math.max(0, 1 - bps / sentBps);

describe('a page whose network drops what exceeds a rate', () => {
  it('sends less video after one report, and then loses nothing', () => {
    const { run } = create(policer(320_000));
    const budget = run(1) ?? Infinity;
    expect(budget + SOUND_BPS).toBeLessThan(320_000);
    expect(budget).toBeGreaterThan(100_000);
    expect(run(7)).toBe(budget);
  });

  it('sends still less while what is sent again fills the network', () => {
    const { run, network } = create(policer(320_000));
    const first = run(1) ?? Infinity;
    network.lossAt = () => 0.4;
    expect(run(5)).toBeLessThan(first);
    network.lossAt = policer(320_000);
    expect(run(100)).not.toBeNull();
  });

  it('also when it exceeds the rate by little, which lasts', () => {
    const { run } = create(policer(2_250_000));
    expect(run(2)).toBeNull();
    expect((run(1) ?? Infinity) + SOUND_BPS).toBeLessThan(2_250_000);
  });

  it('tries for more ever more rarely', () => {
    const { run } = create(policer(320_000));
    const budgets = Array.from({ length: 1200 }, () => run(1) ?? FULL_BPS);
    const tooMuch = (from: number, to: number) => budgets.slice(from, to).filter((budget) => budget + SOUND_BPS > 320_000).length;
    expect(tooMuch(1, 1200)).toBeLessThan(60);
    expect(tooMuch(600, 1200)).toBeLessThanOrEqual(tooMuch(0, 600));
  });

  it('sends everything again once the network takes it', () => {
    const { run, network } = create(policer(320_000));
    run(10);
    network.lossAt = () => 0;
    expect(run(200)).toBeNull();
  });
});

describe('a page whose network loses packets at any rate', () => {
  it.each([
    { loss: 0.1, trialSeconds: 4 },
    { loss: 0.3, trialSeconds: 8 },
  ])('keeps its picture ($loss lost) but for a short trial', ({ loss, trialSeconds }) => {
    const { run } = create(() => loss);
    const limited = Array.from({ length: 60 }, () => run(1)).filter((budget) => budget !== null).length;
    expect(limited).toBeLessThanOrEqual(trialSeconds);
  });

  it('is never limited where sound hardly suffers', () => {
    const { run } = create(() => 0.03);
    expect(Array.from({ length: 60 }, () => run(1)).every((budget) => budget === null)).toBe(true);
  });
});
