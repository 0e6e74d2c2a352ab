// @ts-check
// Everything between `git clone` and a running program. Steps that are already done are skipped. Nothing here may import an npm package,
// because none is installed yet.
import { build } from './build.mjs';
import { installDebianPackages } from './debian.mjs';
import { checkNodeVersion } from './node-version.mjs';
import { installNpmPackages } from './npm-packages.mjs';
import { missingToRun, missingToTest } from './programs.mjs';
import { say, SetupError } from './say.mjs';
import { compileWorker, installWorker } from './worker.mjs';

export { ROOT } from './run.mjs';
export { say } from './say.mjs';

/** @param {{ forTests?: boolean }} [options] */
export async function setUp({ forTests = false } = {}) {
  checkNodeVersion();
  await installNpmPackages();
  const forWorker = await installWorker();
  // All at once, so that people have to type only one command.
  const missing = [...forWorker, ...missingToRun(), ...(forTests ? missingToTest() : [])];
  await installDebianPackages(missing, 'These Debian packages are missing');
  if (forWorker.length > 0) await compileWorker();
  await build();
}

/**
 * Runs a script. Prints only the message of a SetupError, but the stack of any other error.
 * @param {() => Promise<void>} work
 */
export async function runScript(work) {
  try {
    await work();
  } catch (error) {
    say(error instanceof SetupError ? `\n✗ ${error.message}` : `\n✗ ${error instanceof Error ? error.stack : String(error)}`);
    process.exitCode = 1;
  }
}
