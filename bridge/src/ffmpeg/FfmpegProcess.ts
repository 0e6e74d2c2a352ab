import { spawn, type ChildProcess } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { redact, type Closable, type Log } from '@lianmai/kit';
import { LineSplitter } from './LineSplitter.js';
import { cpuSecondsOf, rssBytesOf } from './usage.js';

export interface FfmpegProcessOptions<Name extends string> {
  path: string;
  /** For the log: 'decoder p1:camera'. */
  name: string;
  /** Extra pipes, in the order of their descriptors (the first is 3). `input` is read by FFmpeg. */
  pipes: Readonly<Record<Name, 'input' | 'output'>>;
  /** Full argument list; `at.video` is 'pipe:3'. Arguments are seen by every user of the machine: no secrets. */
  args: (at: Readonly<Record<Name, string>>) => readonly string[];
  log: Log;
  /** Lines of stderr. Answer true for those that were understood, the others go to the log (redacted, level debug). */
  onLine?: (line: string) => boolean;
  /** Time to finish by itself after its inputs have ended, before SIGTERM, ms (0: at once). */
  graceMs?: number;
}

/** How it ended: `error` when it could not even be started. */
export interface FfmpegExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  error?: Error;
}

const KILL_AFTER_MS = 2000;
const FIRST_FD = 3;

/**
 * One FFmpeg child with named pipes. Writing to it never throws and never raises 'error': what is written to a dead child is lost, `exited` tells.
 * A child ends by itself when this process dies, because its input pipes reach their end.
 */
export class FfmpegProcess<Name extends string> implements Closable {
  readonly exited: Promise<FfmpegExit>;
  readonly #child: ChildProcess;
  readonly #fds: ReadonlyMap<string, number>;
  readonly #graceMs: number;
  #cpuSeconds = 0;
  #hasExited = false;
  #closing: Promise<void> | undefined;

  constructor(options: FfmpegProcessOptions<Name>) {
    const names = Object.keys(options.pipes) as Name[];
    this.#fds = new Map(names.map((name, index) => [name, FIRST_FD + index]));
    this.#graceMs = options.graceMs ?? 0;
    const at = Object.fromEntries(names.map((name, index) => [name, `pipe:${FIRST_FD + index}`])) as Record<Name, string>;
    this.#child = spawn(options.path, options.args(at), { stdio: ['pipe', 'ignore', 'pipe', ...names.map(() => 'pipe' as const)] });
    for (const stream of this.#child.stdio) stream?.on('error', () => undefined);
    this.exited = this.#watchExit();
    this.#readLines(options);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  /** Runtime commands of FFmpeg (needs no -nostdin): 'cscale -1 w 640\n'. */
  get stdin(): Writable {
    return this.#stream(0, Writable);
  }

  input(name: Name): Writable {
    return this.#stream(this.#fds.get(name), Writable);
  }

  output(name: Name): Readable {
    return this.#stream(this.#fds.get(name), Readable);
  }

  /** User + system CPU time so far, seconds; stays at its last reading after the exit. */
  cpuSeconds(): number {
    if (!this.#hasExited && this.pid !== undefined) this.#cpuSeconds = cpuSecondsOf(this.pid) ?? this.#cpuSeconds;
    return this.#cpuSeconds;
  }

  /** Resident memory, bytes; 0 after the exit. */
  rssBytes(): number {
    return this.#hasExited || this.pid === undefined ? 0 : (rssBytesOf(this.pid) ?? 0);
  }

  kill(signal: NodeJS.Signals): void {
    if (!this.#hasExited) this.#child.kill(signal);
  }

  /** Ends the inputs, then SIGTERM, then SIGKILL after 2 s; resolves when it is gone. */
  close(_reason: string): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    for (const stream of this.#child.stdio) if (stream instanceof Writable) stream.end();
    const term = setTimeout(() => this.kill('SIGTERM'), this.#graceMs);
    const kill = setTimeout(() => this.kill('SIGKILL'), this.#graceMs + KILL_AFTER_MS);
    await this.exited;
    clearTimeout(term);
    clearTimeout(kill);
    for (const stream of this.#child.stdio) stream?.destroy();
  }

  #watchExit(): Promise<FfmpegExit> {
    return new Promise((resolve) => {
      this.#child.once('error', (error) => {
        if (this.pid === undefined) this.#hasExited = true;
        if (this.#hasExited) resolve({ code: null, signal: null, error });
      });
      this.#child.once('exit', (code, signal) => {
        this.#hasExited = true;
        resolve({ code, signal });
      });
    });
  }

  #readLines({ name, log, onLine }: FfmpegProcessOptions<Name>): void {
    const lines = new LineSplitter((line) => {
      if (!onLine?.(line)) log.debug({ ffmpeg: name }, redact(line));
    });
    this.#child.stderr?.on('data', (chunk: Buffer) => lines.push(chunk));
  }

  #stream<T extends Readable | Writable>(fd: number | undefined, type: abstract new (...args: never[]) => T): T {
    const stream = fd === undefined ? undefined : this.#child.stdio[fd];
    if (!(stream instanceof type)) throw new Error(`FFmpeg has no such pipe (descriptor ${fd})`);
    return stream;
  }
}
