import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { REPOSITORY } from '../support/System.js';
import type { BenchOptions } from './arguments.js';

/**
 * The SFU with its real workers, measured in a process of its own that holds nothing else (`server/dist/sfu/bench.js`): one 720p publisher and plain RTP viewers.
 */
export async function run({ viewers, seconds }: BenchOptions): Promise<object> {
  const child = spawn(process.execPath, ['server/dist/sfu/bench.js', String(viewers), String(seconds)], {
    cwd: REPOSITORY,
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let last = '';
  for await (const line of createInterface({ input: child.stdout })) last = line;
  return JSON.parse(last) as object;
}
