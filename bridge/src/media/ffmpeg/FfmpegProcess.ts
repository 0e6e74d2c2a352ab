import { Readable, Writable } from 'node:stream';
import { redact, type Closable, type Log } from '@lianmai/kit';
import { InputSocket } from './InputSocket.js';
import { LineSplitter } from './LineSplitter.js';
import { readIntoMemory, type ByteSink } from './readIntoMemory.js';
import { startProcess, type ProcessExit, type StartedProcess } from './startProcess.js';
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
  /** Priority from -20 to 19; default: that of the calling thread. */
  niceness?: number;
}

/** A hostile stream may take over FFmpeg, which must not find our token; `no_proxy` would let its HTTP bypass the proxy it is given. */
const NOT_FOR_FFMPEG = new Set(['BRIDGE_TOKEN', 'no_proxy', 'NO_PROXY']);
const environment = () => Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_FOR_FFMPEG.has(name)));

const KILL_AFTER_MS = 2000;
const FIRST_FD = 3;
const LOG_BUFFER_BYTES = 8192;

/**
 * One FFmpeg child process with named pipes. Writing to it never throws and never raises 'error': what is written to a dead child is lost, and `exited`
 * tells. A child ends by itself when this process dies, because its input pipes reach their end.
 */
export class FfmpegProcess<Name extends string> implements Closable {
  readonly exited: Promise<ProcessExit>;
  readonly #child: StartedProcess;
  readonly #pipes: ReadonlyMap<string, Readable | Writable>;
  readonly #inputs: readonly Writable[];
  readonly #graceMs: number;
  #cpuSeconds = 0;
  #closing: Promise<void> | undefined;

  constructor(options: FfmpegProcessOptions<Name>) {
    this.#graceMs = options.graceMs ?? 0;
    const names = Object.keys(options.pipes) as Name[];
    const sockets = new Map(names.filter((name) => options.pipes[name] === 'socket').map((name) => [name, new InputSocket()]));
    const piped = names.filter((name) => !sockets.has(name));
    const urls = names.map((name) => [name, sockets.get(name)?.url ?? `pipe:${FIRST_FD + piped.indexOf(name)}`] as const);
    const args = options.commandLine(Object.fromEntries(urls) as Record<Name, string>);
    this.#child = startProcess(options.path, args, {
      stdio: ['pipe', 'ignore', 'pipe', ...piped.map(() => 'pipe' as const)],
      env: environment(),
      ...(options.niceness !== undefined && { niceness: options.niceness }),
    });
    const pipes = piped.map((name, at) => [name, this.#pipe(options.pipes[name], FIRST_FD + at)] as const);
    this.#pipes = new Map<Name, Readable | Writable>([...sockets, ...pipes]);
    this.#inputs = names.filter((name) => options.pipes[name] !== 'output').map((name) => this.input(name));
    this.exited = this.#watchExit();
    this.#readLines(options);
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  get hasExited(): boolean {
    return this.#child.hasExited;
  }

  /**
   * For runtime commands of FFmpeg such as 'cscale -1 w 640
   * ' (needs no -nostdin).
   */
  get stdin(): Writable {
    return this.#child.input(0);
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
    if (!this.hasExited && this.pid !== undefined) this.#cpuSeconds = cpuSecondsOf(this.pid) ?? this.#cpuSeconds;
    return this.#cpuSeconds;
  }

  /** Resident memory, bytes; 0 after the exit. */
  rssBytes(): number {
    return this.hasExited || this.pid === undefined ? 0 : (rssBytesOf(this.pid) ?? 0);
  }

  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Ends the inputs, then sends SIGTERM, then SIGKILL after 2 s. Resolves when the process has gone. */
  close(_reason: string): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.stdin.end();
    for (const input of this.#inputs) input.end();
    const term = setTimeout(() => this.kill('SIGTERM'), this.#graceMs);
    const kill = setTimeout(() => this.kill('SIGKILL'), this.#graceMs + KILL_AFTER_MS);
    await this.exited;
    clearTimeout(term);
    clearTimeout(kill);
  }

  async #watchExit(): Promise<ProcessExit> {
    const exit = await this.#child.exited;
    // Outputs stay open: what was written before the exit can still be read.
    for (const input of this.#inputs) input.destroy();
    return exit;
  }

  #readLines({ name, log, onLine }: FfmpegProcessOptions<Name>): void {
    const lines = new LineSplitter((line) => {
      if (!onLine?.(line)) log.debug({ ffmpeg: name }, redact(line));
    });
    const buffer = Buffer.allocUnsafe(LOG_BUFFER_BYTES);
    readIntoMemory(this.#child.output(2), { buffer: () => buffer, filled: (count) => lines.push(buffer.subarray(0, count)) });
  }

  #pipe(kind: PipeKind, fd: number): Readable | Writable {
    return kind === 'output' ? this.#child.output(fd) : this.#child.input(fd);
  }
}
