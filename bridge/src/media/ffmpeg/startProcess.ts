import { spawn, type ChildProcess } from 'node:child_process';
import { setPriority } from 'node:os';
import { Readable, Writable } from 'node:stream';

/** How a process ended; `error` is set when it could not even be started. */
export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  error?: Error;
}

export interface StartOptions {
  /** The kind of each descriptor of the child, from 0 on. */
  stdio: readonly ('pipe' | 'ignore')[];
  /** Default: our own. */
  env?: Readonly<Record<string, string | undefined>>;
  /** Priority from -20 to 19; default: that of the calling thread. */
  niceness?: number;
}

/** A child process and its pipes. */
export interface StartedProcess {
  /** Undefined if it could not be started. */
  readonly pid: number | undefined;
  readonly hasExited: boolean;
  readonly exited: Promise<ProcessExit>;
  /** Throws if descriptor `fd` of the child is no pipe that it reads. */
  input(fd: number): Writable;
  /** Throws if descriptor `fd` of the child is no pipe that it writes. */
  output(fd: number): Readable;
  kill(signal: NodeJS.Signals): void;
}

/**
 * Starts a process: the only place in the bridge that does. Never throws. Node reports a failed start in three ways: by an exception, by an event, and, without
 * free descriptors, by an event from a child that has no pipes. All three end as `exited` with an error, beside pipes that lose what is written and read as empty.
 */
export function startProcess(path: string, args: readonly string[], options: StartOptions): StartedProcess {
  const child = trySpawn(path, args, options);
  return child instanceof Error ? new FailedProcess(child) : new RunningProcess(child, options);
}

function trySpawn(path: string, args: readonly string[], { stdio, env = process.env }: StartOptions): ChildProcess | Error {
  try {
    return spawn(path, args, { stdio: [...stdio], env });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

class FailedProcess implements StartedProcess {
  readonly pid = undefined;
  readonly hasExited = true;
  readonly exited: Promise<ProcessExit>;

  constructor(error: Error) {
    this.exited = Promise.resolve({ code: null, signal: null, error });
  }

  input(): Writable {
    return deadInput();
  }

  output(): Readable {
    return deadOutput();
  }

  kill(): void {
    // nothing runs
  }
}

class RunningProcess implements StartedProcess {
  readonly exited: Promise<ProcessExit>;
  readonly #child: ChildProcess;
  readonly #pipes: readonly (Readable | Writable | null)[];
  #hasExited = false;

  constructor(child: ChildProcess, { stdio, niceness }: StartOptions) {
    this.#child = child;
    this.exited = new Promise((resolve) => {
      const settle = (exit: ProcessExit) => {
        this.#hasExited = true;
        resolve(exit);
      };
      child.once('exit', (code, signal) => settle({ code, signal }));
      // An error after the start is about a signal that could not be sent.
      child.on('error', (error) => {
        if (this.pid === undefined) settle({ code: null, signal: null, error });
      });
    });
    // Typed as always present, but missing without free descriptors.
    const present = child.stdio as (Readable | Writable | null | undefined)[] | undefined;
    this.#pipes = stdio.map((kind, fd) => (kind === 'pipe' ? (present?.[fd] ?? null) : null));
    for (const pipe of this.#pipes) pipe?.on('error', () => undefined);
    if (niceness !== undefined) trySetPriority(this.pid, niceness);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  input(fd: number): Writable {
    const pipe = this.#pipes[fd];
    if (pipe instanceof Writable) return pipe;
    if (this.pid === undefined) return deadInput();
    throw new Error(`descriptor ${fd} of the process is no input`);
  }

  output(fd: number): Readable {
    const pipe = this.#pipes[fd];
    if (pipe instanceof Readable) return pipe;
    if (this.pid === undefined) return deadOutput();
    throw new Error(`descriptor ${fd} of the process is no output`);
  }

  /** A child without an id must not be signalled: kill(0) would reach our own process group. */
  kill(signal: NodeJS.Signals): void {
    if (!this.#hasExited && this.pid !== undefined) this.#child.kill(signal);
  }
}

function trySetPriority(pid: number | undefined, niceness: number): void {
  try {
    if (pid !== undefined) setPriority(pid, niceness);
  } catch {
    // it has ended already, or may not be more urgent than we are
  }
}

function deadInput(): Writable {
  const input = new Writable({ write: (_chunk, _encoding, done) => done() });
  return input.on('error', () => undefined).destroy();
}

function deadOutput(): Readable {
  return new Readable({
    read() {
      this.push(null);
    },
  });
}
