// @ts-check
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import * as path from 'node:path';
import { ROOT } from './run.mjs';

const STAMPS = path.join(ROOT, 'node_modules/.cache/lianmai');
const NOT_SOURCE = new Set(['node_modules', 'dist', '.git', 'data']);

/**
 * A hash over the path, time and size of every file below `paths` and over the Node version: it changes when a build may come out differently.
 * @param {string[]} paths files or folders, relative to the checkout
 */
export function fingerprint(paths) {
  const hash = createHash('sha256').update(process.version);
  for (const one of paths) addTo(hash, path.join(ROOT, one));
  return hash.digest('hex');
}

/**
 * @param {import('node:crypto').Hash} hash
 * @param {string} file
 */
function addTo(hash, file) {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (!stat) return;
  if (!stat.isDirectory()) {
    hash.update(`${file}\0${stat.mtimeMs}\0${stat.size}\n`);
    return;
  }
  for (const name of readdirSync(file).sort()) {
    if (!NOT_SOURCE.has(name) && !name.endsWith('.tsbuildinfo')) addTo(hash, path.join(file, name));
  }
}

/**
 * Whether the work called `name` was last finished with this fingerprint.
 * @param {string} name
 * @param {string} print
 */
export function isStamped(name, print) {
  try {
    return readFileSync(path.join(STAMPS, name), 'utf8') === print;
  } catch {
    return false;
  }
}

/**
 * @param {string} name
 * @param {string} print
 */
export function stamp(name, print) {
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(path.join(STAMPS, name), print);
}
