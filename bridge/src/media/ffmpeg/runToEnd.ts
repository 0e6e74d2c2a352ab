import { startProcess } from './startProcess.js';

interface RunOptions {
  /** Kills the process after this long; default: never. */
  timeoutMs?: number;
  /** Written to its stdin. */
  input?: Buffer;
  /** Bytes of stdout to keep; the process is killed at more. Default 1 MB. */
  maxStdoutBytes?: number;
  niceness?: number;
}

interface Finished {
  /** null: it could not be started, or it was killed. */
  code: number | null;
  stdout: Buffer;
  /** The last line that it wrote to stderr. */
  lastLine: string;
  /** Why it could not be started. */
  error: Error | null;
}

const MAX_STDOUT_BYTES = 1_000_000;
const MAX_STDERR_CHARS = 4096;

/** Runs a short job to its end. Never throws. */
export async function runToEnd(path: string, args: readonly string[], options: RunOptions = {}): Promise<Finished> {
  const { timeoutMs, input, maxStdoutBytes = MAX_STDOUT_BYTES, niceness } = options;
  const child = startProcess(path, args, {
    stdio: [input ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    ...(niceness !== undefined && { niceness }),
  });
  const timer = timeoutMs === undefined ? undefined : setTimeout(() => child.kill('SIGKILL'), timeoutMs);
  const chunks: Buffer[] = [];
  let bytes = 0;
  const stdout = child.output(1).on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes <= maxStdoutBytes) chunks.push(chunk);
    else child.kill('SIGKILL');
  });
  let text = '';
  const stderr = child.output(2).on('data', (chunk: Buffer) => (text = `${text}${chunk.toString('utf8')}`.slice(-MAX_STDERR_CHARS)));
  const drained = Promise.all([stdout, stderr].map((stream) => new Promise<void>((resolve) => stream.once('close', resolve))));
  if (input) child.input(0).end(input);
  const [{ code, error = null }] = await Promise.all([child.exited, drained]);
  clearTimeout(timer);
  const lastLine =
    text
      .trimEnd()
      .split(/[\r\n]+/)
      .at(-1) ?? '';
  return { code: bytes > maxStdoutBytes ? null : code, stdout: Buffer.concat(chunks), lastLine, error };
}
