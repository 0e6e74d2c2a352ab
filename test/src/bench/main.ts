/** `npm run bench -- CASE`: each case measures the product from outside and prints a floor or peer from the same run. */
import { readOptions, type BenchOptions } from './arguments.js';
import { describeMachine } from './report.js';

const CASES: Record<string, () => Promise<{ run(options: BenchOptions): Promise<object> }>> = {
  program: () => import('./program.js'),
  start: () => import('./start.js'),
  killed: () => import('./killed.js'),
  sfu: () => import('./sfu/index.js'),
  origin: () => import('./origin/index.js'),
  stalled: () => import('./stalled.js'),
  srt: () => import('./srt/index.js'),
  latency: () => import('./latency/index.js'),
  starved: () => import('./starved/index.js'),
  stage: () => import('./stage/index.js'),
  network: () => import('./network/index.js'),
};

const options = readOptions(process.argv.slice(2));
const load = CASES[options.case];
if (!load) {
  console.error(`unknown case "${options.case}": expected ${Object.keys(CASES).join(', ')}`);
  process.exit(2);
}
describeMachine();
const result = await (await load()).run(options);
// A case with several rows prints one a line.
for (const row of [result].flat()) console.log(options.isJson ? JSON.stringify(row) : JSON.stringify(row, null, 2));
process.exit(0);
