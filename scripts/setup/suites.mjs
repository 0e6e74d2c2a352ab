// @ts-check
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';
import { ROOT, runVisibly } from './run.mjs';
import { say } from './say.mjs';

/** @typedef {{ passed: number, failed: number, skipped: number }} Totals */

/** Name → its configuration and the folder of its tests (empty: everything that the configuration includes). */
export const SUITES = {
  unit: { config: 'vitest.config.ts', folder: '', what: 'unit tests', estimate: 'four to six minutes' },
  e2e: {
    config: 'vitest.e2e.config.ts',
    folder: 'test/src/e2e',
    what: 'end-to-end tests with real browsers',
    estimate: 'eight to twelve minutes',
  },
};

/**
 * @param {keyof typeof SUITES} name
 * @param {string[]} filters parts of file names; empty for the whole suite
 * @returns {Promise<Totals>}
 */
export async function runSuite(name, filters) {
  const { config, folder, what, estimate } = SUITES[name];
  say(`▸ ${what} (${estimate}) …`);
  const scratch = mkdtempSync(path.join(tmpdir(), 'lianmai-tests-'));
  const report = path.join(scratch, 'report.json');
  try {
    const patterns = filters.length > 0 ? filters.map((filter) => (folder ? `${folder}/${filter}` : filter)) : [folder].filter(Boolean);
    const vitest = path.join(ROOT, 'node_modules/vitest/vitest.mjs');
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const code = await runVisibly(process.execPath, [vitest, 'run', '--passWithNoTests', '--config', config, ...reporters, ...patterns]);
    return countResults(existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : null, code);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * @typedef {{ status: string, assertionResults: { status: string }[] }} FileResult
 * @param {{ testResults: FileResult[] } | null} report vitest's JSON report; null when it wrote none
 * @param {number} exitCode of vitest, which also counts errors outside tests
 * @returns {Totals}
 */
export function countResults(report, exitCode) {
  const files = report?.testResults ?? [];
  const tests = files.flatMap((file) => file.assertionResults);
  const passed = tests.filter((test) => test.status === 'passed').length;
  // A file that cannot be loaded, or whose hooks fail, has no failed test but counts as one.
  const brokenFiles = files.filter(
    (file) => file.status === 'failed' && !file.assertionResults.some((test) => test.status === 'failed'),
  ).length;
  const failed = tests.filter((test) => test.status === 'failed').length + brokenFiles;
  return { passed, failed: failed === 0 && exitCode !== 0 ? 1 : failed, skipped: tests.length - passed - (failed - brokenFiles) };
}

/**
 * @param {Totals[]} all
 * @returns {Totals}
 */
export function sum(all) {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const one of all) {
    total.passed += one.passed;
    total.failed += one.failed;
    total.skipped += one.skipped;
  }
  return total;
}

/** @param {Totals} totals */
export function summaryLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}
