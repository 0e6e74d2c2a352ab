import { readdirSync, readFileSync } from 'node:fs';

/** Returns the encoders that this process has started and that are still running. */
export function encoderPids(): number[] {
  const children = readdirSync('/proc/self/task').flatMap((task) => readFileSync(`/proc/self/task/${task}/children`, 'latin1').split(' '));
  return children.filter(Boolean).map(Number).filter(isEncoder);
}

function isEncoder(pid: number): boolean {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes('no_duration_filesize');
  } catch {
    return false;
  }
}
