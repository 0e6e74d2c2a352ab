import { spawn, type ChildProcess } from 'node:child_process';
import { Readable, Writable } from 'node:stream';
import { BRIDGE_SETTINGS_VARIABLE, redact, type Closable, type Log } from '@lianmai/kit';
import { InputSocket } from './InputSocket.js';
import { LineSplitter } from './LineSplitter.js';
import { readIntoMemory, type ByteSink } from './readIntoMemory.js';
import { cpuSecondsOf, rssBytesOf } from './processUsage.js';

export type PipeKind = 'input' | 'output' | 'socket';

export interface FfmpegProcessOptions<Name extends string> {
  path: string;
  /** For the log: 'decoder p1:camera'. */
  name: string;
  /** Extra pipes. FFmpeg reads an `input` and writes an `output`; a `socket` is an input that leaves stdin free for runtime commands. */
  pipes: Readonly<Record<Name, PipeKind>>;
  /** The full argument list; `at.video` is the URL of that pipe ('pipe:3'). Every user of the machine can see arguments: no secrets. */
  commandLine: (at: Readonly<Record<Name, string>>) => readonly string[];
  log: Log;
  /** Receives the lines of stderr. Return true for lines that were understood; the others are logged (redacted, level debug). */
  onLine?: (line: string) => boolean;
  /** Time to finish by itself once its inputs have ended, before SIGTERM, ms (0: at once). */
  graceMs?: number;
}

/** A hostile stream may take over FFmpeg, which must not find our token; `no_proxy` would let its HTTP bypass the proxy it is given. */
const NOT_FOR_FFMPEG = new Set(['BRIDGE_TOKEN', BRIDGE_SETTINGS_VARIABLE, 'no_proxy', 'NO_PROXY']);
const environment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_FOR_FFMPEG.has(name)));

/** How it ended; `error` is set when it could not even be started. */
export interface FfmpegExit {
  code: number | null;
  signal: NodeJS.Signals | null;
  error?: Error;
}

const KILL_AFTER_MS = 2000;
const FIRST_FD = 3;
const LOG_BUFFER_BYTES = 8192;

/**
 * One FFmpeg child process with named pipes. Writing to it never throws and never raises 'error': what is written to a dead child is lost, and `exited`
 * tells. A child ends by itself when this process dies, because its input pipes reach their end.
 */
export class FfmpegProcess<Name extends string> implements Closable {
  readonly exited: Promise<FfmpegExit>;
  readonly #child: ChildProcess;
  readonly #pipes: ReadonlyMap<string, Readable | Writable>;
  readonly #inputs: readonly Writable[];
  readonly #graceMs: number;
  #cpuSeconds = 0;
  #hasExited = false;
  #closing: Promise<void> | undefined;

  constructor(options: FfmpegProcessOptions<Name>) {
    this.#graceMs = options.graceMs ?? 0;
    const names = Object.keys(options.pipes) as Name[];
    const sockets = new Map(names.filter((name) => options.pipes[name] === 'socket').map((name) => [name, new InputSocket()]));
    const piped = names.filter((name) => !sockets.has(name));
    const urls = names.map((name) => [name, sockets.get(name)?.url ?? `pipe:${FIRST_FD + piped.indexOf(name)}`] as const);
    const args = options.commandLine(Object.fromEntries(urls) as Record<Name, string>);
    this.#child = spawn(options.path, args, { stdio: ['pipe', 'ignore', 'pipe', ...piped.map(() => 'pipe' as const)], env: environment() });
    for (const stream of this.#child.stdio) stream?.on('error', () => undefined);
    this.#pipes = new Map<Name, Readable | Writable>([...sockets, ...this.#childPipes(piped)]);
    this.#inputs = names.filter((name) => options.pipes[name] !== 'output').map((name) => this.input(name));
    this.exited = this.#watchExit();
    this.#readLines(options);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasExited(): boolean {
    return this.#hasExited;
  }

  /**
   * For runtime commands of FFmpeg such as 'cscale -1 w 640
   * ' (needs no -nostdin).
   */
  get stdin(): Writable {
    const { stdin } = this.#child;
    if (!stdin) throw new Error('FFmpeg has no stdin');
    return stdin;
  }

  input(name: Name): Writable {
    const pipe = this.#pipes.get(name);
    if (!(pipe instanceof Writable)) throw new Error(`FFmpeg has no input ${name}`);
    return pipe;
  }

  output(name: Name): Readable {
    const pipe = this.#pipes.get(name);
    if (!(pipe instanceof Readable)) throw new Error(`FFmpeg has no output ${name}`);
    return pipe;
  }

  /** Reads an output into memory chosen by the caller, without copies. Use it instead of `output(name)`. */
  readInto(name: Name, sink: ByteSink): void {
    readIntoMemory(this.output(name), sink);
  }

  /** User + system CPU time so far, seconds; keeps its last reading after the exit. */
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

  /** Ends the inputs, then sends SIGTERM, then SIGKILL after 2 s. Resolves when the process has gone. */
  close(_reason: string): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#child.stdin?.end();
    for (const input of this.#inputs) input.end();
    const term = setTimeout(() => this.kill('SIGTERM'), this.#graceMs);
    const kill = setTimeout(() => this.kill('SIGKILL'), this.#graceMs + KILL_AFTER_MS);
    await this.exited;
    clearTimeout(term);
    clearTimeout(kill);
  }

  #watchExit(): Promise<FfmpegExit> {
    return new Promise((resolve) => {
      this.#child.once('error', (error) => {
        if (this.pid !== undefined) return;
        this.#hasExited = true;
        for (const input of this.#inputs) input.destroy();
        resolve({ code: null, signal: null, error });
      });
      this.#child.once('exit', (code, signal) => {
        this.#hasExited = true;
        // Outputs stay open: what was written before the exit can still be read.
        for (const input of this.#inputs) input.destroy();
        resolve({ code, signal });
      });
    });
  }

  #readLines({ name, log, onLine }: FfmpegProcessOptions<Name>): void {
    const lines = new LineSplitter((line) => {
      if (!onLine?.(line)) log.debug({ ffmpeg: name }, redact(line));
    });
    const buffer = Buffer.allocUnsafe(LOG_BUFFER_BYTES);
    if (this.#child.stderr)
      readIntoMemory(this.#child.stderr, { buffer: () => buffer, filled: (count) => lines.push(buffer.subarray(0, count)) });
  }

  *#childPipes(names: readonly Name[]): Iterable<[Name, Readable | Writable]> {
    for (const [index, name] of names.entries()) {
      const stream = this.#child.stdio[FIRST_FD + index];
      if (stream) yield [name, stream];
    }
  }
}
