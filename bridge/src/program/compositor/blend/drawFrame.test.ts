import { layout, LayoutName, defaultScene, SourceId, type SceneSource } from '@lianmai/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawFrame, place } from './drawFrame.js';
import { fillRect } from './rectangles.js';
import { Canvas, i420Bytes } from '../Canvas.js';
import { BLACK, yuvOf } from '../yuvColour.js';

const even = (min: number, max: number) => fc.integer({ min: min / 2, max: max / 2 }).map((half) => 2 * half);
const fit = fc.constantFrom('cover' as const, 'contain' as const);
const canvasSize = fc.constantFrom(
  { width: 1280, height: 720 },
  { width: 854, height: 480 },
  { width: 720, height: 1280 },
  { width: 480, height: 854 },
);
const source = (index: number, kind: 'camera' | 'screen'): SceneSource => ({ id: SourceId.parse(`p${index}:${kind}`), kind });

/** A frame whose luma grows from left to right. */
function ramp(width: number, height: number) {
  const data = new Uint8Array(i420Bytes({ width, height })).fill(90);
  for (let y = 0; y < height; y++) for (let x = 0; x < width; x++) data[y * width + x] = 16 + Math.floor((200 * x) / width);
  return { width, height, data };
}

const lumaAt = (canvas: Canvas, x: number, y: number) => canvas.planes[0].data[y * canvas.width + x];

describe('place', () => {
  it('stays within frame and tile, on even numbers, and covers or contains', () => {
    fc.assert(
      fc.property(
        even(2, 2000),
        even(2, 2000),
        even(0, 500),
        even(0, 500),
        even(2, 1920),
        even(2, 1920),
        fit,
        (width, height, x, y, tileWidth, tileHeight, how) => {
          const tile = { x, y, width: tileWidth, height: tileHeight };
          const { from, to } = place({ width, height }, tile, how);
          for (const value of [from.x, from.y, from.width, from.height, to.x, to.y, to.width, to.height]) expect(value % 2).toBe(0);
          expect(from.x >= 0 && from.y >= 0 && from.x + from.width <= width && from.y + from.height <= height).toBe(true);
          expect(to.x >= x && to.y >= y && to.x + to.width <= x + tileWidth && to.y + to.height <= y + tileHeight).toBe(true);
          expect(Math.min(from.width, from.height, to.width, to.height)).toBeGreaterThanOrEqual(2);
          if (how === 'cover') expect(to).toEqual(tile);
        },
      ),
    );
  });

  it('does not rescale what the decoder has already scaled, give or take a few pixels', () => {
    const tile = { x: 0, y: 0, width: 638, height: 358 };
    for (const picture of [
      { width: 638, height: 358 },
      { width: 638, height: 478 },
      { width: 640, height: 358 },
      { width: 668, height: 376 },
    ]) {
      const { from, to } = place(picture, tile, 'cover');
      expect([from.width, from.height]).toEqual([to.width, to.height]);
    }
    const contained = place({ width: 478, height: 358 }, tile, 'contain');
    expect(contained).toEqual({ from: { x: 0, y: 0, width: 478, height: 358 }, to: { x: 80, y: 0, width: 478, height: 358 } });
  });
});

describe('drawFrame', () => {
  it('draws every layout of every canvas from frames of any size without leaving its tiles', () => {
    fc.assert(
      fc.property(
        canvasSize,
        fc.constantFrom(...LayoutName.options),
        fc.integer({ min: 1, max: 9 }),
        even(2, 700),
        even(2, 700),
        (size, name, count, width, height) => {
          const sources = Array.from({ length: count }, (_, index) => source(index, index === 1 ? 'screen' : 'camera'));
          const canvas = new Canvas(size);
          for (const tile of layout(size, { ...defaultScene(), layout: name }, sources)) {
            canvas.data.fill(7);
            drawFrame(canvas, tile, ramp(width, height), tile.fit);
            const outside = [
              [tile.x - 1, tile.y],
              [tile.x + tile.width, tile.y],
              [tile.x, tile.y - 1],
              [tile.x, tile.y + tile.height],
            ] as const;
            for (const [x, y] of outside) if (x >= 0 && y >= 0 && x < size.width && y < size.height) expect(lumaAt(canvas, x, y)).toBe(7);
            expect(lumaAt(canvas, tile.x, tile.y)).not.toBe(7);
            expect(lumaAt(canvas, tile.x + tile.width - 1, tile.y + tile.height - 1)).not.toBe(7);
          }
        },
      ),
      { numRuns: 60 },
    );
  });

  it('draws frames that share their memory as it draws others', () => {
    const sizes = [[64, 36], [36, 64], [48, 48]] as const; // prettier-ignore
    const tiles = [[64, 36], [32, 36], [64, 20], [100, 100]] as const; // prettier-ignore
    const memory = new Uint8Array(i420Bytes({ width: 64, height: 36 }));
    for (const [width, height] of [...sizes, ...sizes]) {
      for (const [tileWidth, tileHeight] of tiles) {
        const fresh = ramp(width, height);
        if (fresh.data.length === memory.length) memory.set(fresh.data);
        const shared = { ...fresh, data: fresh.data.length === memory.length ? memory : fresh.data };
        const canvases = [fresh, shared].map((frame) => {
          const canvas = new Canvas({ width: 120, height: 100 });
          canvas.data.fill(7);
          drawFrame(canvas, { x: 2, y: 0, width: tileWidth, height: tileHeight }, frame, 'cover');
          return canvas;
        });
        expect(canvases[1]!.data.equals(canvases[0]!.data)).toBe(true);
      }
    }
  });

  it('crops evenly to cover', () => {
    const canvas = new Canvas({ width: 100, height: 100 });
    drawFrame(canvas, { x: 0, y: 0, width: 100, height: 100 }, ramp(200, 100), 'cover');
    expect(lumaAt(canvas, 0, 50)).toBe(16 + 50);
    expect(lumaAt(canvas, 99, 50)).toBe(16 + 149);
  });

  it('leaves black bars to contain', () => {
    const canvas = new Canvas({ width: 100, height: 100 });
    canvas.data.fill(99);
    drawFrame(canvas, { x: 0, y: 0, width: 100, height: 100 }, ramp(100, 50), 'contain');
    expect([lumaAt(canvas, 50, 0), lumaAt(canvas, 50, 23), lumaAt(canvas, 50, 74), lumaAt(canvas, 50, 99)]).toEqual([16, 16, 16, 16]);
    expect([lumaAt(canvas, 0, 24), lumaAt(canvas, 50, 50)]).toEqual([16, 116]);
  });

  it('scales other sizes up and down without mirroring them', () => {
    for (const width of [64, 320, 1280]) {
      const canvas = new Canvas({ width: 640, height: 360 });
      drawFrame(canvas, { x: 0, y: 0, width: 640, height: 360 }, ramp(width, (width * 9) / 16), 'cover');
      for (const x of [10, 320, 630]) expect(Math.abs(lumaAt(canvas, x, 180)! - (16 + (200 * x) / 640))).toBeLessThan(5);
    }
  });
});

describe('fillRect', () => {
  it('paints colours of BT.601, limited range', () => {
    expect(yuvOf('#000000')).toEqual(BLACK);
    expect(yuvOf('#ffffff')).toEqual({ y: 235, u: 128, v: 128 });
    expect(yuvOf('#ff0000')).toEqual({ y: 81, u: 90, v: 240 });
    const canvas = new Canvas({ width: 854, height: 480 });
    fillRect(canvas, { x: 0, y: 0, width: 854, height: 480 }, { y: 1, u: 2, v: 3 });
    expect(new Set(canvas.data)).toEqual(new Set([1, 2, 3]));
  });
});
