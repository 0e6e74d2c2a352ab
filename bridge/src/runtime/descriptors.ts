import { readdirSync, readFileSync } from 'node:fs';
import { LianmaiError, toLianmaiError } from '@lianmai/protocol';

/** Descriptors that one new piece of work may open at its start: pipes and sockets of its FFmpeg processes, RTP ports, files. */
const NEEDED_BY_NEW_WORK = 48;
/** Of all descriptors, the share that the connections of one TCP listener may take. The rest is for files, FFmpeg, outputs and RTP. */
const SHARE_OF_LISTENER = 0.4;

/** Descriptors that this process may have open (`ulimit -n`); Infinity where the system does not tell. */
export function descriptorLimit(): number {
  try {
    const soft = /^Max open files\s+(\d+)/m.exec(readFileSync('/proc/self/limits', 'latin1'))?.[1];
    return soft === undefined ? Infinity : Number(soft);
  } catch {
    return Infinity;
  }
}

/** The connections that a TCP listener may have: `wanted`, or fewer when descriptors are scarce. */
export function affordableConnections(wanted: number, limit = descriptorLimit()): number {
  return Math.min(wanted, Math.max(1, Math.floor(limit * SHARE_OF_LISTENER)));
}

/**
 * Call before work that opens descriptors: a program, an ingest, a feed, a poster. Throws OVERLOADED when they would run out, so that what runs already
 * keeps its own. Systems without /proc are not checked.
 */
export function assertDescriptorsFree(limit = descriptorLimit()): void {
  if (openDescriptors() + NEEDED_BY_NEW_WORK <= limit) return;
  throw new LianmaiError('OVERLOADED', undefined, { message: NO_DESCRIPTORS });
}

const NO_DESCRIPTORS =
  'The bridge has too many files and connections open for new work. Try again later, or raise its limit of open files (ulimit -n).';

function openDescriptors(): number {
  try {
    return readdirSync('/proc/self/fd').length;
  } catch (error) {
    return toLianmaiError(error).code === 'OVERLOADED' ? Infinity : 0;
  }
}
