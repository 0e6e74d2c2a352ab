// @ts-check
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { ROOT, run } from './run.mjs';
import { step } from './say.mjs';

/** @typedef {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean, link?: boolean, inBundle?: boolean }>} Packages */

export async function installNpmPackages() {
  if (areInstalled(readPackages('package-lock.json'), readPackages('node_modules/.package-lock.json'))) return;
  await step('installing the npm packages', 'about a minute', async () => {
    const args = ['ci', '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
    const npm = process.env.npm_execpath;
    // The npm that started us, if one did: it is the one that works on this machine.
    if (npm?.endsWith('npm-cli.js')) await run(process.execPath, [npm, ...args]);
    else await run('npm', args);
  });
}

/**
 * npm leaves a copy of what it installed in node_modules: compared by content, because file times say nothing after a checkout.
 * @param {Packages | null} wanted
 * @param {Packages | null} installed
 */
export function areInstalled(wanted, installed) {
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([where, one]) => {
    if (where === '' || !where.includes('node_modules/')) return true; // the workspaces themselves
    const there = installed[where];
    return there ? there.version === one.version : Boolean(one.optional); // an optional one may be for another platform
  });
}

/**
 * @param {string} file
 * @returns {Packages | null}
 */
function readPackages(file) {
  try {
    return JSON.parse(readFileSync(path.join(ROOT, file), 'utf8')).packages;
  } catch {
    return null;
  }
}
