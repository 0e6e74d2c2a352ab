// @ts-check
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as path from 'node:path';

/** Gives a whole Vitest run its own temporary folder and deletes it afterwards, even if tests were killed or left files behind. */
export default function makeTestFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'lianmai-'));
  process.env['TMPDIR'] = folder;
  return () => rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
}
