import { spawn } from 'node:child_process';

interface Finished {
  /** null: it could not be started, or it was killed. */
  code: number | null;
  stdout: string;
}

const MAX_STDOUT_CHARS = 1_000_000;

/** Runs a short job to its end and kills it after `timeoutMs`. Never throws. */
export function runToEnd(path: string, args: readonly string[], timeoutMs: number): Promise<Finished> {
  return new Promise((resolve) => {
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'ignore'], timeout: timeoutMs, killSignal: 'SIGKILL' });
    let stdout = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (stdout.length < MAX_STDOUT_CHARS) stdout += text;
    });
    child.on('error', () => resolve({ code: null, stdout }));
    child.on('close', (code) => resolve({ code, stdout }));
  });
}
