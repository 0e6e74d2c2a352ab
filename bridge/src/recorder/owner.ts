import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Names a process so that others can see its end: the host, the pid and, because pids return, the time of its start. */
export const ownerOf = (pid = process.pid): string => `${hostname()} ${pid} ${startOf(pid)}`;

/** Whether a process is known to be gone, which shows only on its own host. */
export function hasEnded(owner: string): boolean {
  const [host, pid] = owner.split(' ');
  return host === hostname() && ownerOf(Number(pid)) !== owner;
}

/** Clock ticks from the start of the system to that of the process; empty for one that has ended, and where there is no /proc. */
function startOf(pid: number): string {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the name in brackets and may contain spaces, so count from its end. State and start are fields 3 and 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  } catch {
    return '';
  }
}
