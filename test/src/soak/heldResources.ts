import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rssMb, until } from '../support/index.js';

/** The resources that must not grow. */
export interface Sample {
  rssMb: number;
  /** Heap after a garbage collection. */
  heapMb: number;
  /** Buffers outside the heap, after a garbage collection. */
  externalMb: number;
  descriptors: number;
  timers: number;
  /** Sockets, servers, pipes and children that keep the process alive. */
  handles: number;
}

const FOLDER = mkdtempSync(join(tmpdir(), 'lianmai-soak-'));

/** A script loaded into every Node process of the system: on SIGUSR2, the main thread collects garbage and writes down what it holds. */
const SPY = `
import { isMainThread } from 'node:worker_threads';
import { renameSync, writeFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
if (isMainThread) {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  process.on('SIGUSR2', () => {
    gc(); gc();
    const { heapUsed, external } = process.memoryUsage();
    const kinds = process.getActiveResourcesInfo();
    const timers = kinds.filter((kind) => kind === 'Timeout' || kind === 'Immediate').length;
    const file = ${JSON.stringify(FOLDER)} + '/' + process.pid;
    writeFileSync(file + '.part', JSON.stringify({ heapUsed, external, timers, handles: kinds.length - timers }));
    renameSync(file + '.part', file);
  });
}`;
export const SPY_ENV = { NODE_OPTIONS: `--import=data:text/javascript,${encodeURIComponent(SPY)}` };

export async function sample(pid: number): Promise<Sample> {
  const file = join(FOLDER, String(pid));
  rmSync(file, { force: true });
  process.kill(pid, 'SIGUSR2');
  await until(`process ${pid} reports what it holds`, () => existsSync(file));
  const said = JSON.parse(readFileSync(file, 'utf8')) as { heapUsed: number; external: number; timers: number; handles: number };
  const { timers, handles } = said;
  const descriptors = readdirSync(`/proc/${pid}/fd`).length;
  return { rssMb: rssMb(pid), heapMb: said.heapUsed / 2 ** 20, externalMb: said.external / 2 ** 20, descriptors, timers, handles };
}
