// @ts-check
import { existsSync, readdirSync } from 'node:fs';
import * as path from 'node:path';
import { REQUIREMENTS } from '../mediasoup-worker/build.mjs';
import { ROOT, run } from './run.mjs';
import { say, SetupError, step } from './say.mjs';

const INSTALL = path.join(ROOT, 'scripts/mediasoup-worker/install.mjs');
const EXIT_PACKAGES_MISSING = 3;

/** Whether the worker is installed. Installing it has already checked that it runs. */
function isInstalled() {
  if (process.env.MEDIASOUP_WORKER_BIN) return true;
  const folder = path.join(ROOT, 'node_modules/mediasoup/worker/out/Release');
  return existsSync(folder) && readdirSync(folder).includes('mediasoup-worker');
}

/**
 * Installs the worker, unless it must be compiled and the tools for that are missing.
 * @returns {Promise<string[]>} the Debian packages that are missing; none when it is in place
 */
export async function installWorker() {
  if (isInstalled()) return [];
  const code = await step('putting the mediasoup worker in place', 'seconds; if it must be compiled, 3 to 8 minutes', () =>
    run(process.execPath, [INSTALL], { onLine: progress(), okCodes: [0, EXIT_PACKAGES_MISSING] }),
  );
  return code === EXIT_PACKAGES_MISSING ? REQUIREMENTS.packages.split(' ') : [];
}

export async function compileWorker() {
  await step('compiling the mediasoup worker', '3 to 8 minutes, once on this machine', () =>
    run(process.execPath, [INSTALL], { onLine: progress(), env: { MEDIASOUP_SKIP_WORKER_PREBUILT_DOWNLOAD: '1' } }),
  );
  if (!isInstalled()) throw new SetupError('The mediasoup worker was compiled but is not there.');
}

/** Prints the installer's own lines, and one line per 10 % of Ninja's progress (`[12/240] …`). */
function progress() {
  let tenths = 0;
  /** @param {string} line */
  return (line) => {
    if (line.startsWith('mediasoup-worker: ')) say(`  ${line}`);
    const count = /^\[(\d+)\/(\d+)\]/.exec(line);
    if (!count) return;
    const reached = Math.floor((10 * Number(count[1])) / Number(count[2]));
    if (reached > tenths) say(`  compiled ${reached * 10} %`);
    tenths = Math.max(tenths, reached);
  };
}
