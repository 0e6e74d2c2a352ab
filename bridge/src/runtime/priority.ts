import { getPriority, setPriority } from 'node:os';

/**
 * Priorities that are asked for where the system allows it: as root, or with a limit on niceness (`LimitNICE=`, `ulimits: nice`). The program's own thread and
 * its encoder come first, because everybody who watches waits for them.
 */
export const NICENESS = { bridge: -5, program: -10 } as const;
/** A decoder is a little less urgent than the program, since it works for one person's picture. */
const DECODER_STEP = 2;

/** Sets the priority of the calling thread, and so of the threads and processes that it starts later. Returns whether the system allowed it. */
export function setOwnNiceness(niceness: number): boolean {
  try {
    setPriority(niceness);
    return true;
  } catch {
    return false;
  }
}

/** For a decoder that the calling thread starts. */
export const decoderNiceness = (): number => getPriority() + DECODER_STEP;
