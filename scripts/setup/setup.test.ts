import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import * as path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { helpText } from '../../server/src/config/index.js';
import { checkNodeVersion } from './node-version.mjs';
import { areInstalled } from './npm-packages.mjs';
import { run } from './run.mjs';
import { fingerprint } from './stamp.mjs';
import { countResults, sum, summaryLine } from './suites.mjs';

describe('the Node version', () => {
  it.each(['20.19.0', '20.20.2', '22.0.0', '24.21.0'])('%s is accepted', (version) => {
    expect(() => checkNodeVersion(version)).not.toThrow();
  });

  it.each(['20.18.3', '18.20.0', '16.0.0'])('%s is rejected, with the version that is needed', (version) => {
    expect(() => checkNodeVersion(version)).toThrow(/needs Node 20\.19 or newer/);
  });
});

describe('installed packages', () => {
  const lock = { '': {}, server: {}, 'node_modules/a': { version: '1.0.0' }, 'node_modules/b-win32': { version: '2.0.0', optional: true } };

  it('match the lock, apart from packages for other platforms', () => {
    expect(areInstalled(lock, { 'node_modules/a': { version: '1.0.0' } })).toBe(true);
  });

  it('do not match the lock when one is missing or has another version', () => {
    expect(areInstalled(lock, {})).toBe(false);
    expect(areInstalled(lock, null)).toBe(false);
    expect(areInstalled(lock, { 'node_modules/a': { version: '1.0.1' } })).toBe(false);
    expect(areInstalled(lock, { 'node_modules/a': { version: '1.0.0' }, 'node_modules/b-win32': { version: '1.0.0' } })).toBe(false);
  });
});

describe('the fingerprint of sources', () => {
  let folder = '';
  afterEach(() => rm(folder, { recursive: true }));

  it('changes with a file’s time or size, but not by itself', async () => {
    folder = await mkdtemp(path.join(import.meta.dirname, 'fingerprint-'));
    const relative = [path.relative(path.join(import.meta.dirname, '../..'), folder)];
    const file = path.join(folder, 'a.ts');
    writeFileSync(file, 'one');
    const first = fingerprint(relative);
    expect(fingerprint(relative)).toBe(first);
    utimesSync(file, 1, 1);
    const touched = fingerprint(relative);
    expect(touched).not.toBe(first);
    writeFileSync(file, 'three');
    utimesSync(file, 1, 1);
    expect(fingerprint(relative)).not.toBe(touched);
  });
});

describe('a command of the set-up', () => {
  it('passes on its lines while it runs and its exit code when it ends', async () => {
    const lines: string[] = [];
    const script = 'console.log("one"); console.error("two"); process.exitCode = 3';
    expect(await run(process.execPath, ['-e', script], { onLine: (line) => lines.push(line), okCodes: [0, 3] })).toBe(3);
    expect(lines.sort()).toEqual(['one', 'two']);
  });

  it('that fails shows its output', async () => {
    await expect(run(process.execPath, ['-e', 'console.error("the reason"); process.exit(1)'])).rejects.toThrow(/the reason/);
    await expect(run('no-such-program-here', [])).rejects.toThrow(/cannot be started/);
  });
});

it('a signal to the set-up ends the command and its children', async () => {
  const runModule = new URL('run.mjs', import.meta.url).href;
  const grandchild = `console.log(process.pid); setInterval(() => {}, 1000)`;
  const child = `import { execFileSync } from 'node:child_process'; execFileSync(process.execPath, ['-e', ${JSON.stringify(grandchild)}], { stdio: 'inherit' })`;
  const script = `import { run } from ${JSON.stringify(runModule)}; await run(process.execPath, ['--input-type=module', '-e', ${JSON.stringify(child)}], { onLine: console.log })`;
  const setup = spawn(process.execPath, ['--input-type=module', '-e', script], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(setup.stdout, 'data');
  setup.kill('SIGTERM');
  // The set-up waits until no process holds the command's output any more.
  expect(await once(setup, 'exit')).toEqual([143, null]);
});

describe('the tests’ last line', () => {
  const file = (status: string, ...tests: string[]) => ({ status, assertionResults: tests.map((one) => ({ status: one })) });

  it('adds up the suites', () => {
    const unit = countResults({ testResults: [file('passed', 'passed', 'passed', 'pending')] }, 0);
    const e2e = countResults({ testResults: [file('failed', 'passed', 'failed')] }, 1);
    expect(summaryLine(sum([unit, e2e]))).toBe('3 passed, 1 failed, 1 skipped');
  });

  it('counts a file that cannot be loaded, and errors outside tests, as failures', () => {
    expect(countResults({ testResults: [file('failed'), file('passed', 'passed')] }, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
    expect(countResults({ testResults: [file('passed', 'passed')] }, 1)).toEqual({ passed: 1, failed: 1, skipped: 0 });
    expect(countResults(null, 1)).toEqual({ passed: 0, failed: 1, skipped: 0 });
  });
});

it('npm start -- --help prints the server’s help', () => {
  const own = '  --no-setup                install and build nothing, just start\n';
  expect(readFileSync(new URL('help.txt', import.meta.url), 'utf8')).toBe(`${helpText()}${own}`);
});
