// @ts-check
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

/** For Vitest, around a whole run: what tests put in the folder for temporary files goes with the run, also of those that were killed or forgot it. */
export default function makeTestFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'lianmai-'));
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
