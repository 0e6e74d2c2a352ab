import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const SERVER = path.join(ROOT, 'server/src');
const RULE = /\[((?:SIG|ROOM|STG|ACC|API)-\d\d)\]/g;
const rulesIn = (text: string) => [...text.matchAll(RULE)].map(([, id]) => id);

it('every rule of docs/protocol.md has a test whose title begins with its number', () => {
  const tests = readdirSync(SERVER, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.test.ts'));
  const held = new Set(tests.flatMap((file) => rulesIn(readFileSync(path.join(SERVER, file), 'utf8'))));
  const written = rulesIn(readFileSync(path.join(ROOT, 'docs/protocol.md'), 'utf8'));
  expect(written.length).toBeGreaterThan(50);
  expect(written.filter((id) => !held.has(id as string))).toEqual([]);
});
