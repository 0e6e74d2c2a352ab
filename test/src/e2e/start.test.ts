import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isAlive, REPOSITORY, System, until } from '../support/index.js';

/** Runs a command to its end. */
function run(
  args: string[],
  env: Record<string, string> = {},
  command = process.execPath,
): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: REPOSITORY, env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.once('exit', (code) => resolve({ code, output }));
  });
}

describe('npm start', () => {
  it('lists its options', async () => {
    const { code, output } = await run(['scripts/start.mjs', '--help']);
    expect(code).toBe(0);
    for (const option of ['--port', '--https', '--config', '--data-dir', '--announced-ip']) expect(output).toContain(option);
  });

  it.each([
    [{ PORT: 'eighty' }, /PORT: expected a port number/],
    [{ LOG_LEVEL: 'loud' }, /LOG_LEVEL/],
    [{ LIANMAI_API_KEY: 'only-a-key' }, /LIANMAI_API_SECRET|api/i],
    [{ TRUST_PROXY: 'true' }, /TRUST_PROXY: expected the number of proxies/],
  ])('names an invalid value and what was expected, and exits with 2: %o', async (env, message) => {
    const { code, output } = await run(['server/dist/main.js'], env);
    expect(output).toMatch(message);
    expect(code).toBe(2);
  });

  it('rejects a configuration file with an unknown setting', async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'lianmai-config-')), 'lianmai.config.yaml');
    writeFileSync(file, 'htpp:\n  port: 3000\n');
    const { code, output } = await run(['server/dist/main.js', '--config', file]);
    expect(output).toContain('htpp');
    expect(code).toBe(2);
  });

  it.each([[[]], [['--https']]])('names a data folder that it cannot write, without a stack: %j', async (options) => {
    // A file in place of the folder fails as a read-only folder does, for root too.
    const folder = join(mkdtempSync(join(tmpdir(), 'lianmai-data-')), 'file');
    writeFileSync(folder, '');
    const { code, output } = await run(['server/dist/main.js', '--port', '0', '--rtc-port', '0', '--data-dir', folder, ...options]);
    expect(output).toContain(`The data folder ${folder} cannot be used`);
    expect(output).not.toMatch(/^ +at /m);
    expect(code).toBe(2);
  });

  it('says that too few open files are allowed, not that a module is missing', async () => {
    const { code, output } = await run(['-c', 'ulimit -n 256; exec "$0" server/dist/main.js --version', process.execPath], {}, 'sh');
    expect(output).toMatch(/may open only 256 files.*ulimit -n/);
    expect(output).not.toMatch(/ERR_MODULE_NOT_FOUND|EMFILE|^ +at /m);
    expect(code).toBe(1);
  });

  it('prints the resulting configuration without secrets', async () => {
    const { code, output } = await run(['server/dist/main.js', '--print-config'], {
      LIANMAI_API_KEY: 'k',
      LIANMAI_API_SECRET: 'a-secret-nobody-should-see-here',
    });
    expect(code).toBe(0);
    expect(output).not.toContain('a-secret-nobody-should-see-here');
  });

  it('runs twice side by side, and names the port when it is taken', async () => {
    const [first, second] = await Promise.all([System.start(), System.start()]);
    try {
      for (const system of [first, second]) expect((await fetch(`${system.url}/healthz`)).status).toBe(200);
      const port = new URL(first.url).port;
      const { code, output } = await run(['server/dist/main.js'], {
        PORT: port,
        ORIGIN_PORT: '0',
        RTMP_PORT: '0',
        RTC_PORT: '0',
        DATA_DIR: mkdtempSync(join(tmpdir(), 'lianmai-')),
      });
      expect(output).toContain(port);
      expect(code).not.toBe(0);
    } finally {
      await Promise.all([first.stop(), second.stop()]);
    }
  });

  it('stops all its children when it is told to stop', async () => {
    const system = await System.start();
    const children = system.children().map((child) => child.pid);
    expect(children.length).toBeGreaterThanOrEqual(2);
    expect(await system.stop()).toBe(0);
    await until('no child is left', () => !children.some(isAlive), 5000);
  });

  it('leaves no child behind, even when it is killed', async () => {
    const system = await System.start();
    const children = system.children().map((child) => child.pid);
    process.kill(system.pid, 'SIGKILL');
    await until('no child is left', () => !children.some(isAlive));
  });
});
