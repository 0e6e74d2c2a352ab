import { spawn } from 'node:child_process';
import { cpuSeconds } from '../support/processes.js';
import { pause } from '../support/until.js';
import { floorArguments, type FloorJob } from './floorCommand.js';

/** Start-up does not count. FFmpeg compiles nothing, so it needs less of it than the program. */
const WARM_UP_MS = 4000;

/**
 * The cores that one FFmpeg needs for the same program, live and from the same media. It receives nothing over the network, waits for nobody, survives nothing
 * and never changes its scene, so no program can be cheaper with these codecs.
 */
export async function measureFloor(program: string, job: FloorJob, seconds: number): Promise<number> {
  const child = spawn(program, floorArguments(job), { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  try {
    await pause(WARM_UP_MS);
    const [before, startedAt] = [cpuSeconds(child.pid ?? 0), performance.now()];
    await pause(seconds * 1000);
    if (child.exitCode !== null) throw new Error(`the floor's FFmpeg ended: ${child.exitCode}`);
    return (cpuSeconds(child.pid ?? 0) - before) / ((performance.now() - startedAt) / 1000);
  } finally {
    child.kill('SIGKILL');
    await exited;
  }
}
