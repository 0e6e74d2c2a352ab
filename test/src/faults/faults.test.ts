import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FAULTS } from './show/faults.js';
import { above } from './show/figures.js';
import { missingMs, splitsIn } from './show/missing.js';
import { measure } from './show/measure.js';
import { Show } from './show/Show.js';
import { jsonOf, tableOf, type Row } from './show/table.js';

/** Only on a quiet machine: `FAULTS_QUIET=1 npm run test:faults`. */
const IS_QUIET = process.env.FAULTS_QUIET === '1';
/** `FAULTS_ONLY=bridge` runs the faults whose title has this. */
const only = process.env.FAULTS_ONLY ?? '';
/** `FAULTS_JSON=file` appends a line for each fault. */
const jsonFile = process.env.FAULTS_JSON;

const boundsOf = ({ fault: { bounds, aims } }: Row) => (IS_QUIET ? { ...bounds, ...aims } : bounds);

describe('a show goes on, and nothing is lost that need not be', () => {
  let show: Show;
  const rows: Row[] = [];

  beforeAll(async () => {
    show = await Show.start();
    await show.say('hello');
    await show.say('second message');
  });
  afterAll(async () => {
    await show?.stop();
    console.log(tableOf(rows));
    if (jsonFile !== undefined) appendFileSync(jsonFile, `${jsonOf(rows)}\n`);
  });

  for (const fault of FAULTS.filter(({ title }) => title.includes(only))) {
    it(`with this fault: ${fault.title}`, async ({ skip }) => {
      if (fault.isPossible?.(show) === false) skip();
      const row: Row = { fault, measured: null };
      rows.push(row);
      row.measured = await measure(show, fault.inject);
      expect(above(boundsOf(row), row.measured.figures)).toEqual([]);
    });
  }

  it('and its recordings hold what was on air', async () => {
    const recordings = await show.end();
    const tooMuch: string[] = [];
    for (const row of rows) {
      if (!row.measured) continue;
      const { figures } = row.measured;
      const ofRecording = { recorded: missingMs(recordings, row.measured), splits: splitsIn(recordings, row.measured) };
      Object.assign(figures, ofRecording);
      const found = above(boundsOf(row), ofRecording);
      // A program that had to connect again was away, and its recording must say so.
      if (figures.connections !== 0 && ofRecording.recorded === 0) found.push('the recording notes no gap');
      tooMuch.push(...found.map((text) => `${row.fault.title}: ${text}`));
    }
    expect(tooMuch).toEqual([]);
  });
});
