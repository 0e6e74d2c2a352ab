import type { Page } from 'playwright-core';

/** Milliseconds of the wall clock, modulo 2^20, as black and white blocks along the top of the frame, followed by four check blocks. */
export const TIMECODE = { bits: 20, checkBits: 4, blockPx: 48 } as const;
export const MODULUS = 2 ** TIMECODE.bits;

/** XOR of all groups of four bits and 0b1010, so that all black and all white are no timecode. */
const checkOf = (value: number): number => {
  let check = 0b1010;
  for (let rest = value; rest > 0; rest = Math.floor(rest / 16)) check ^= rest % 16;
  return check;
};

/** The blocks from left to right. */
export function blocksOf(timeMs: number): boolean[] {
  const value = timeMs % MODULUS;
  const all = value + checkOf(value) * MODULUS;
  return Array.from({ length: TIMECODE.bits + TIMECODE.checkBits }, (_, bit) => Math.floor(all / 2 ** bit) % 2 === 1);
}

/** The time in the blocks, ms modulo 2^20; null if they are no timecode (a torn frame, another stream). */
export function readBlocks(blocks: readonly boolean[]): number | null {
  const number = (part: readonly boolean[]) => part.reduce((sum, isSet, bit) => sum + (isSet ? 2 ** bit : 0), 0);
  const value = number(blocks.slice(0, TIMECODE.bits));
  return number(blocks.slice(TIMECODE.bits)) === checkOf(value) ? value : null;
}

export interface Seen {
  /** When the frame was shown. */
  atMs: number;
  blocks: boolean[];
}

/** Reads every frame that the page presents during the next seconds. */
export function watchBlocks(page: Page, seconds: number): Promise<Seen[]> {
  return page.evaluate(
    async ({ seconds, count, blockPx }) => {
      const context = new OffscreenCanvas(count, 1).getContext('2d', { willReadFrequently: true });
      const seen: Seen[] = [];
      const until = performance.now() + seconds * 1000;
      while (context && performance.now() < until) {
        const video = document.querySelector<HTMLVideoElement>('[data-testid="watch-video"]');
        if (!video) throw new Error('the page has no video');
        const isShown = await new Promise<boolean>((resolve) => {
          video.requestVideoFrameCallback(() => resolve(true));
          setTimeout(() => resolve(false), 2000);
        });
        if (!isShown) continue;
        const atMs = Date.now();
        const scale = video.videoWidth / 1280;
        // The middle half of each block.
        for (let block = 0; block < count; block++) {
          const x = (block + 0.25) * blockPx;
          context.drawImage(video, x * scale, 0.25 * blockPx * scale, 0.5 * blockPx * scale, 0.5 * blockPx * scale, block, 0, 1, 1);
        }
        const { data } = context.getImageData(0, 0, count, 1);
        seen.push({ atMs, blocks: Array.from({ length: count }, (_, block) => (data[block * 4] ?? 0) > 127) });
      }
      return seen;
    },
    { seconds, count: TIMECODE.bits + TIMECODE.checkBits, blockPx: TIMECODE.blockPx },
  );
}

/** The times from making a frame to showing it, ms. */
export function latenciesOf(seen: readonly Seen[]): { latenciesMs: number[]; unreadable: number } {
  const latenciesMs = seen.flatMap(({ atMs, blocks }) => {
    const value = readBlocks(blocks);
    return value === null ? [] : [((atMs % MODULUS) - value + MODULUS) % MODULUS];
  });
  return { latenciesMs, unreadable: seen.length - latenciesMs.length };
}
