import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';

const MODULE = fileURLToPath(new URL('sendAlive.ts', import.meta.url));
const SCRIPT = `import(${JSON.stringify(MODULE)}).then(({ sendAlive }) => { sendAlive(); console.log('started'); `;
const ARGUMENTS = ['--import', 'tsx', '--input-type=module', '-e'];

describe('sendAlive', () => {
  let child: ChildProcess;
  afterEach(() => void child.kill('SIGKILL'));

  const spawnWithChannel = (then: string) =>
    spawn(process.execPath, [...ARGUMENTS, `${SCRIPT} ${then} });`], { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });

  it('tells the parent again and again, until the channel closes', async () => {
    child = spawnWithChannel('setTimeout(() => undefined, 60_000);');
    for (let count = 0; count < 3; count++) expect((await once(child, 'message'))[0]).toEqual({ kind: 'alive' });
    child.disconnect();
    const ended = once(child, 'exit').then(([status]) => status as number);
    expect(await Promise.race([ended, new Promise((resolve) => setTimeout(resolve, 1500, 'still running'))])).toBe('still running');
  });

  it('does not keep the process running', async () => {
    child = spawnWithChannel('');
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('does nothing in a process without a channel', async () => {
    child = spawn(process.execPath, [...ARGUMENTS, `${SCRIPT} });`], { stdio: ['ignore', 'pipe', 'inherit'] });
    expect(await once(child, 'exit')).toEqual([0, null]);
  });
});
