// @ts-check
// Loaded into the server, the bridge and their threads by NODE_OPTIONS, to bring about what no signal can: a clock that is wrong, and one thread that stands
// still. Files in the folder FAULTS_FOLDER tell it: `clock` holds the milliseconds by which the time of day is off, `freeze` for how many milliseconds a
// program's thread stops, counted from when they see the file.
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { performance } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

const folder = process.env['FAULTS_FOLDER'];
const LOOK_MS = 200;
const PROGRAM_THREAD = /programEngineThread/;

/** @param {string} name */
function read(name) {
  try {
    return Number(readFileSync(path.join(folder ?? '', name), 'utf8'));
  } catch {
    return 0;
  }
}

let offsetMs = 0;
const RealDate = Date;
const realNow = Date.now;
Date.now = () => realNow() + offsetMs;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [Date.now()] : args, newTarget),
});

// A thread that replaces a frozen one is not frozen.
let frozenMs = read('freeze');
let usage = performance.eventLoopUtilization();
function look() {
  offsetMs = read('clock');
  // A thread that waits for a program has nothing to do.
  const isAtWork = performance.eventLoopUtilization(usage).utilization > 0.02;
  usage = performance.eventLoopUtilization();
  const freezeMs = read('freeze');
  if (freezeMs === frozenMs) return;
  frozenMs = freezeMs;
  if (!isMainThread && PROGRAM_THREAD.test(process.argv[1] ?? '') && isAtWork && freezeMs > 0)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, freezeMs);
}
if (folder) setInterval(look, LOOK_MS).unref();
