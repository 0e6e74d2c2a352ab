import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { namespaceObstacle } from '../bench/network/namespace.js';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const BENCH_TIMEOUT_MS = 1_800_000;

const Figure = z.number().nullish();
const Row = z.object({
  path: z.enum(['page', 'bridge', 'whip', 'whep', 'stage']).optional(),
  sound: z.enum(['voice', 'tone']).optional(),
  lost: z.number().optional(),
  burst: z.number().optional(),
  direction: z.enum(['up', 'down']).optional(),
  videoFps: Figure,
  concealed: Figure,
  programFps: Figure,
  programConcealed: Figure,
  backMs: Figure,
  toldAfterMs: Figure,
  skipped: z.string().optional(),
});
type Row = z.infer<typeof Row>;

/** Runs the bench, in a network namespace of its own. */
async function measure(): Promise<Row[]> {
  const args = ['--import', 'tsx', 'test/src/bench/main.ts', 'network', '--json', '--seconds', '6'];
  const { stdout } = await promisify(execFile)(process.execPath, args, { cwd: ROOT, maxBuffer: 16 << 20 });
  const rows = stdout.split('\n').filter((line) => line.startsWith('{'));
  console.log(rows.join('\n'));
  return rows.map((line) => Row.parse(JSON.parse(line)));
}

const obstacle = await namespaceObstacle();

/**
 * A busy machine damages sound, too, so every bound is relative to the row without losses of the same run. Without protection, the share
 * concealed in a page was 4.3 % at 5 % lost and 10 % at 10 %.
 */
describe.skipIf(obstacle !== null)(`a call on a bad network${obstacle === null ? '' : ` (skipped: ${obstacle})`}`, () => {
  let rows: readonly Row[] = [];
  const row = (wanted: Partial<Row>): Row => {
    const found = rows.find((one) => Object.entries(wanted).every(([name, value]) => one[name as keyof Row] === value));
    if (!found) throw new Error(`no row ${JSON.stringify(wanted)}`);
    return found;
  };
  /** The share of the sound that losses cost: percentage points more than without them. */
  const harm = (path: NonNullable<Row['path']>, sound: NonNullable<Row['sound']>, lost: number, burst: number) => {
    const concealed = (share: number, inARow: number) => {
      const { concealed, programConcealed } = row({ path, sound, lost: share, burst: inARow });
      return (path === 'bridge' || path === 'whip' ? programConcealed : concealed) ?? Infinity;
    };
    return concealed(lost, burst) - concealed(0, 1);
  };

  beforeAll(async () => {
    rows = await measure();
    expect(rows.flatMap(({ skipped }) => skipped ?? [])).toEqual([]);
  }, BENCH_TIMEOUT_MS);

  const losses = [
    { lost: 2, burst: 1, atMost: 1 },
    { lost: 5, burst: 1, atMost: 2 },
    { lost: 10, burst: 1, atMost: 6 },
    { lost: 5, burst: 3, atMost: 2 },
    { lost: 10, burst: 3, atMost: 6 },
  ] as const;

  it.each(losses)('keeps voices whole in a page while $lost % is lost, $burst in a row', ({ lost, burst, atMost }) => {
    expect(harm('page', 'voice', lost, burst)).toBeLessThanOrEqual(atMost);
  });

  it.each(losses)(
    'keeps whole a program, what pages publish and play by WHIP and WHEP, and streams on stage ($lost %, $burst)',
    ({ lost, burst, atMost }) => {
      expect(harm('bridge', 'tone', lost, burst)).toBeLessThanOrEqual(atMost);
      expect(harm('whip', 'tone', lost, burst)).toBeLessThanOrEqual(atMost);
      expect(harm('whep', 'tone', lost, burst)).toBeLessThanOrEqual(atMost);
      expect(harm('stage', 'tone', lost, burst)).toBeLessThanOrEqual(atMost);
    },
  );

  it.each(['up', 'down'] as const)('keeps sound and a smaller picture at 320 kb/s %s', (direction) => {
    const { videoFps, concealed } = row({ direction });
    expect(concealed).toBeLessThanOrEqual(2 + (row({ path: 'page', sound: 'voice', lost: 0 }).concealed ?? 0));
    expect(videoFps).toBeGreaterThan((row({ path: 'page', sound: 'voice', lost: 0 }).videoFps ?? 0) / 4);
  });

  it('finds another way within seconds when UDP is cut, and says meanwhile that media was interrupted', () => {
    const cut = rows.find(({ backMs }) => backMs != null);
    expect(cut?.toldAfterMs).not.toBeNull();
    expect(cut?.backMs).toBeLessThan(12_000);
  });
});
