import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { constants, setPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { StallWatch, type Stall } from './StallWatch.js';
import { ownThreadId, type Vitals } from './vitals.js';

const LIMIT_MS = 1000;
const LOOK_MS = LIMIT_MS / 10;

describe('a StallWatch', () => {
  let vitals: Vitals | null;
  let nowMs: number;
  let isDue: boolean;
  let stalls: Stall[];
  let watch: StallWatch;
  beforeEach(() => {
    vi.useFakeTimers();
    [vitals, nowMs, isDue, stalls] = [{ state: 'asleep', cpuMs: 0 }, 0, true, []];
    watch = new StallWatch({
      task: { pid: 1 },
      limitMs: LIMIT_MS,
      isDue: () => isDue,
      onStalled: (stall) => stalls.push(stall),
      read: () => vitals,
      nowMs: () => nowMs,
    });
  });
  afterEach(() => {
    watch.close();
    vi.useRealTimers();
  });

  /** Lets time pass, while the task uses this share of a core. */
  function pass(ms: number, cpuShare = 0): void {
    for (let passed = 0; passed < ms; passed += LOOK_MS) {
      nowMs += LOOK_MS;
      if (vitals) vitals = { ...vitals, cpuMs: vitals.cpuMs + cpuShare * LOOK_MS };
      vi.advanceTimersByTime(LOOK_MS);
    }
  }

  it.each(['asleep', 'stopped'] as const)('finds a task that is %s once the limit has passed', (state) => {
    vitals = { state, cpuMs: 0 };
    pass(LIMIT_MS);
    expect(stalls).toEqual([]);
    pass(2 * LOOK_MS);
    expect(stalls).toMatchObject([{ kind: state }]);
  });

  it('finds a busy loop, by the CPU it used', () => {
    vitals = { state: 'runnable', cpuMs: 0 };
    pass(1.5 * LIMIT_MS, 0.5);
    expect(stalls).toEqual([]);
    pass(LIMIT_MS, 0.5);
    expect(stalls).toMatchObject([{ kind: 'busy' }]);
  });

  it('never accuses a task that waits for a core', () => {
    vitals = { state: 'runnable', cpuMs: 0 };
    pass(100 * LIMIT_MS, 0.005);
    expect(stalls).toEqual([]);
  });

  it('starts afresh with a sign of life, and counts nothing while none is due', () => {
    for (let seconds = 0; seconds < 10; seconds++) {
      pass(0.8 * LIMIT_MS);
      watch.alive();
    }
    isDue = false;
    pass(5 * LIMIT_MS);
    expect(stalls).toEqual([]);
    isDue = true;
    pass(1.2 * LIMIT_MS);
    expect(stalls).toHaveLength(1);
  });

  it('starts afresh when it was suspended itself, and counts a late look once', () => {
    pass(0.8 * LIMIT_MS);
    nowMs += 60_000;
    pass(0.9 * LIMIT_MS);
    expect(stalls).toEqual([]);
    for (let late = 0; late < 5; late++) {
      nowMs += 0.5 * LIMIT_MS;
      watch.alive();
      pass(LOOK_MS);
    }
    nowMs += 0.9 * LIMIT_MS;
    pass(0.5 * LIMIT_MS);
    expect(stalls).toEqual([]);
  });

  it('is more patient where there is no /proc', () => {
    vitals = null;
    pass(3 * LIMIT_MS);
    expect(stalls).toEqual([]);
    pass(2 * LIMIT_MS);
    expect(stalls).toHaveLength(1);
  });

  it('says nothing of a task that is gone, and watches the next one', () => {
    vitals = { state: 'gone', cpuMs: 0 };
    pass(5 * LIMIT_MS);
    expect(stalls).toEqual([]);
    watch.watch({ pid: 2 });
    vitals = { state: 'asleep', cpuMs: 0 };
    pass(1.2 * LIMIT_MS);
    expect(stalls).toHaveLength(1);
    watch.close();
    pass(5 * LIMIT_MS);
    expect(stalls).toHaveLength(1);
  });
});

/** A child that works off a little CPU and says so, 20 times a second; any input sends it into an endless loop. */
const LIVELY = `
  setInterval(() => { const end = process.cpuUsage().user + 2000; while (process.cpuUsage().user < end); console.log('alive'); }, 50);
  process.stdin.on('data', () => { for (;;); });`;
/** One core for the starved and those who starve it. */
const onOneCore = ['-c', '0'];

describe.skipIf(process.platform !== 'linux')('a StallWatch of real tasks', () => {
  const children: ChildProcess[] = [];
  afterEach(() => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
  });

  /** Starts a program and watches the lines it prints. */
  function start(command: string, ...args: string[]): { child: ChildProcess; stalled: Promise<Stall>; lines: () => number } {
    const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    children.push(child);
    let lines = 0;
    const stalled = new Promise<Stall>((onStalled) => {
      const watch = new StallWatch({ task: { pid: child.pid ?? 0 }, limitMs: LIMIT_MS, onStalled });
      watch.limitMs = 20_000;
      createInterface(child.stdout).on('line', () => {
        watch.limitMs = LIMIT_MS;
        watch.alive();
        lines++;
      });
      child.once('exit', () => watch.close());
    });
    return { child, stalled, lines: () => lines };
  }

  it('finds a process that was stopped', async () => {
    const { child, stalled } = start(process.execPath, '-e', LIVELY);
    await once(child.stdout!, 'data');
    child.kill('SIGSTOP');
    expect((await stalled).kind).toBe('stopped');
  });

  it('finds a process in an endless loop', async () => {
    const { child, stalled } = start(process.execPath, '-e', LIVELY);
    await once(child.stdout!, 'data');
    child.stdin!.write('loop');
    expect((await stalled).kind).toBe('busy');
  });

  it('finds a process that waits for something that never comes', async () => {
    const { stalled } = start('sh', '-c', 'echo; exec sleep 60');
    expect((await stalled).kind).toBe('asleep');
  });

  it('leaves a process alone that hardly gets the core, and finds it once it is stopped', async () => {
    const { child, stalled, lines } = start('taskset', ...onOneCore, process.execPath, '-e', LIVELY);
    await once(child.stdout!, 'data');
    setPriority(child.pid!, constants.priority.PRIORITY_LOW);
    for (let hogs = 0; hogs < 3; hogs++) children.push(spawn('taskset', [...onOneCore, process.execPath, '-e', 'for (;;);']));
    const before = lines();
    const verdict = await Promise.race([stalled, new Promise((resolve) => setTimeout(resolve, 6 * LIMIT_MS, 'healthy'))]);
    console.log(`starved: ${lines() - before} signs of life in ${6 * LIMIT_MS} ms`);
    expect(verdict).toBe('healthy');
    child.kill('SIGSTOP');
    expect((await stalled).kind).toBe('stopped');
  });

  it('tells one busy thread from its healthy process', async () => {
    const worker = new Worker(
      `const { parentPort } = require('node:worker_threads');
       parentPort.postMessage(parseInt(require('node:fs').readFileSync('/proc/thread-self/stat', 'latin1')));
       parentPort.once('message', () => { for (;;); });`,
      { eval: true },
    );
    const [tid] = (await once(worker, 'message')) as [number];
    expect(tid).not.toBe(ownThreadId());
    worker.postMessage('loop');
    const stall = await new Promise<Stall>((onStalled) => new StallWatch({ task: { pid: process.pid, tid }, limitMs: 200, onStalled }));
    expect(stall.kind).toBe('busy');
    await worker.terminate();
  });
});
