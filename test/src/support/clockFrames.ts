import type { Writable } from 'node:stream';

const WIDTH = 320;
const HEIGHT = 180;
const FRAME_MS = 33;

/** Feeds an encoder grey frames of 320x180 that show the time, for `latencies` to read. Returns the function that stops it. */
export function clockFrames(to: Writable): () => void {
  // A killed encoder does not take the rest.
  to.on('error', () => undefined);
  const timer = setInterval(() => to.write(frameOf(Date.now() % 65_536)), FRAME_MS);
  return () => clearInterval(timer);
}

function frameOf(timeMs: number): Buffer {
  const frame = Buffer.alloc(WIDTH * HEIGHT);
  for (let y = 0; y < HEIGHT; y++) {
    const row = y < HEIGHT / 2 ? 0 : 8;
    for (let bit = 0; bit < 8; bit++) {
      const isSet = ((timeMs >> (row + bit)) & 1) === 1;
      frame.fill(isSet ? 255 : 0, y * WIDTH + bit * 40, y * WIDTH + (bit + 1) * 40);
    }
  }
  return frame;
}
