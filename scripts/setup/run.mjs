// @ts-check
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { SetupError } from './say.mjs';

/** The root of the checkout. */
export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** The first and last lines of a failed command's output are shown; the reason is at one end or the other. */
const HEAD_LINES = 15;
const TAIL_LINES = 40;
/** @type {NodeJS.Signals[]} */
const FORWARDED = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs a command to its end. Shows its output only when it fails. A signal to this process goes to the command first.
 * @param {string} command
 * @param {string[]} args
 * @param {{ cwd?: string, env?: Record<string, string | undefined>, onLine?: (line: string) => void, okCodes?: number[] }} [options]
 * @returns {Promise<number>} its exit code, one of `okCodes`
 */
export async function run(command, args, { cwd = ROOT, env = {}, onLine, okCodes = [0] } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, NO_COLOR: '1', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  /** @type {string[]} */
  const output = [];
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (line) => {
      output.push(line);
      if (output.length > HEAD_LINES + TAIL_LINES) output.splice(HEAD_LINES, 1);
      onLine?.(line);
    });
  }
  const code = await finish(child, command);
  if (!okCodes.includes(code)) throw new SetupError(`${[command, ...args].join(' ')} failed (${code}):\n${output.join('\n')}`);
  return code;
}

/**
 * Runs a command that talks to the terminal itself.
 * @param {string} command
 * @param {string[]} args
 * @param {{ env?: Record<string, string | undefined> }} [options]
 */
export async function runVisibly(command, args, { env = {} } = {}) {
  return finish(
    spawn(command, args, { cwd: ROOT, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'], detached: true }),
    command,
  );
}

/**
 * Waits for the child; after a signal, this process exits only when the child has ended. The child leads a process group, so that a
 * signal also reaches its own children, such as compilers and browsers: nothing is left behind.
 * @param {import('node:child_process').ChildProcess} child
 * @param {string} command
 * @returns {Promise<number>}
 */
async function finish(child, command) {
  /** @type {NodeJS.Signals | null} */
  let received = null;
  /** @param {NodeJS.Signals} signal */
  const forward = (signal) => {
    received = signal;
    signalGroup(child, signal);
  };
  for (const signal of FORWARDED) process.on(signal, forward);
  try {
    const [code] = await once(child, 'close');
    if (received) process.exit(received === 'SIGINT' ? 130 : 143);
    return code ?? 1;
  } catch (error) {
    throw new SetupError(`${command} cannot be started: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    for (const signal of FORWARDED) process.off(signal, forward);
  }
}

/**
 * @param {import('node:child_process').ChildProcess} child
 * @param {NodeJS.Signals} signal
 */
function signalGroup(child, signal) {
  try {
    if (child.pid) process.kill(-child.pid, signal);
  } catch {
    // It has just ended.
  }
}
