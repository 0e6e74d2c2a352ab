import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names this server process among all that ever use the same store: the machine with its process namespace, the process id, and when the process
 * started, because ids come again.
 */
export const ownServerId = (): string => [machine(), process.pid, startedAt(process.pid)].join('/');

/** Whether that process has ended for certain. Of another machine's, nobody here can tell. */
export function hasEnded(serverId: string): boolean {
  const [where, pid, started] = serverId.split('/');
  if (where !== machine() || !pid) return false;
  if (Number(pid) === process.pid) return serverId !== ownServerId();
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return true;
  }
  return started !== startedAt(Number(pid));
}

const machine = (): string => `${hostname()} ${readOr('', () => readlinkSync('/proc/self/ns/pid'))}`;

/** In clock ticks since boot; empty where there is no /proc. The second field of `stat` is a name in brackets that may contain spaces. */
const startedAt = (pid: number): string =>
  readOr('', () => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? '' : (fields[19] ?? '');
  });

function readOr(otherwise: string, read: () => string): string {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
