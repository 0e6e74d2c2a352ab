// @ts-check
// `npm test`: sets up whatever is missing, runs every suite even if one fails, and ends with the line "N passed, N failed".
//   npm test -- unit [part of a file name]     npm test -- e2e [part of a file name]
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { ROOT, runScript, say, setUp } from './setup/index.mjs';
import { runSuite, SUITES, sum, summaryLine } from './setup/suites.mjs';

const names = /** @type {(keyof typeof SUITES)[]} */ (Object.keys(SUITES));
const [first, ...rest] = process.argv.slice(2);
const isSuite = names.some((name) => name === first);

/** The requested suites, without those whose folder does not exist. */
const chosen = names.filter((name) => (isSuite ? name === first : existsSync(path.join(ROOT, SUITES[name].folder))));
const filters = isSuite ? rest : process.argv.slice(2);

let totals = { passed: 0, failed: 0, skipped: 0 };
await runScript(async () => {
  await setUp({ forTests: chosen.some((name) => name !== 'unit') });
  const all = [];
  for (const name of chosen) all.push(await runSuite(name, filters));
  totals = sum(all);
});
if (process.exitCode) totals.failed += 1; // the set-up failed
if (totals.passed + totals.failed === 0) say('✗ no tests ran');
process.exitCode = totals.failed > 0 || totals.passed === 0 ? 1 : 0;
console.log(summaryLine(totals));
