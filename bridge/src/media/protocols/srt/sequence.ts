/** Sequence numbers of data packets have 31 bits and wrap. */
const MASK = 0x7fffffff;

export const addSeq = (seq: number, count: number): number => (seq + count) & MASK;
/** `a - b` around the circle: positive when `a` comes later. */
export const seqDiff = (a: number, b: number): number => ((a - b) << 1) >> 1;
