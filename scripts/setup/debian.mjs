// @ts-check
import { findProgram } from './programs.mjs';
import { run } from './run.mjs';
import { SetupError, step } from './say.mjs';

const NON_INTERACTIVE = { DEBIAN_FRONTEND: 'noninteractive' };
let isUpdated = false;

/**
 * Installs packages with apt as root; otherwise throws an error with the one command to run.
 * @param {string[]} packages
 * @param {string} reason
 */
export async function installDebianPackages(packages, reason) {
  if (packages.length === 0) return;
  const install = ['install', '-y', '--no-install-recommends', ...new Set(packages)];
  if (process.getuid?.() !== 0 || !findProgram('apt-get')) {
    throw new SetupError(`${reason}. Install them and try again:\n\n  sudo apt-get update && sudo apt-get ${install.join(' ')}\n`);
  }
  await step(`installing with apt: ${[...new Set(packages)].join(' ')}`, 'one to three minutes', async () => {
    if (!isUpdated) await run('apt-get', ['update', '-qq'], { env: NON_INTERACTIVE });
    isUpdated = true;
    await run('apt-get', ['-o', 'DPkg::Lock::Timeout=120', ...install], { env: NON_INTERACTIVE });
  });
}
