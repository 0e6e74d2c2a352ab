// @ts-check
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { ROOT, run } from './run.mjs';
import { say, SetupError, step } from './say.mjs';

/** @typedef {Record<string, { version?: string, optional?: boolean, devOptional?: boolean, peer?: boolean, link?: boolean, inBundle?: boolean }>} Packages */

export async function installNpmPackages() {
  if (areInstalled(readPackages('package-lock.json'), readPackages('node_modules/.package-lock.json'))) return;
  await step('installing the npm packages', 'about a minute', async () => {
    try {
      await npm('ci');
    } catch (error) {
      // With mirrors that lack some platforms' packages, npm ci rejects the lock as incomplete; npm install does not.
      if (!(error instanceof SetupError) || !error.message.includes('package-lock.json')) throw error;
      say('  npm ci rejects the lock here; trying npm install …');
      await npm('install', '--no-save');
    }
  });
}

/** @param {string[]} args */
function npm(...args) {
  const all = [...args, '--ignore-scripts', '--include=dev', '--include=optional', '--no-audit', '--no-fund', '--loglevel=error'];
  // Prefer the npm that started this script: it works on this machine.
  const cli = process.env.npm_execpath;
  return cli?.endsWith('npm-cli.js') ? run(process.execPath, [cli, ...all]) : run('npm', all);
}

/**
 * Compares the lock with the copy that npm leaves in node_modules; by content, because file times mean nothing after a checkout.
 * @param {Packages | null} wanted
 * @param {Packages | null} installed
 */
export function areInstalled(wanted, installed) {
  if (!wanted || !installed) return false;
  return Object.entries(wanted).every(([where, one]) => {
    if (where === '' || !where.includes('node_modules/')) return true; // the workspaces themselves
    const there = installed[where];
    return there ? there.version === one.version : Boolean(one.optional); // an optional package may be for another platform
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
