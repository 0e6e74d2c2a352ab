import { SourceId } from '@lianmai/protocol';
import { describe, expect, it } from 'vitest';
import { Canvas, i420Bytes } from '../Canvas.js';
import { FramePainter } from './FramePainter.js';
import type { RenderedScene, RenderedTile } from '../RenderedScene.js';
import type { Sprite } from './blendSprite.js';

const SIZE = { width: 320, height: 180 };
const A = SourceId.parse('a:camera');
const B = SourceId.parse('b:camera');

const frame = (luma: number, sequence: number, width = 160, height = 90) => ({
  width,
  height,
  sequence,
  data: new Uint8Array(i420Bytes({ width, height })).fill(luma),
});

/** A sprite with one luma and alpha (0..256) throughout. */
function sprite(width: number, height: number, luma: number, alpha: number): Sprite {
  const plane = (pixels: number, value: number) => ({
    weighted: new Uint16Array(pixels).fill(value * alpha + 128),
    inverse: new Uint16Array(pixels).fill(256 - alpha),
  });
  return { width, height, planes: [plane(width * height, luma), plane((width * height) / 4, 128), plane((width * height) / 4, 128)] };
}

function tile(rect: Partial<RenderedTile>): RenderedTile {
  return {
    sourceId: A,
    x: 0,
    y: 0,
    width: 160,
    height: 90,
    fit: 'cover',
    overlay: false,
    showsVideo: true,
    colour: { y: 60, u: 1, v: 2 },
    avatar: null,
    label: null,
    ...rect,
  };
}

const picture = (tiles: RenderedTile[], logo: RenderedScene['logo'] = null): RenderedScene => ({
  version: 1,
  background: { colour: { y: 30, u: 128, v: 128 }, image: null },
  tiles,
  logo,
  gains: new Map(),
});

const at = (canvas: Canvas, x: number, y: number) => canvas.planes[0].data[y * canvas.width + x];

describe('FramePainter', () => {
  it('paints background, video and name, then only what has changed', () => {
    const canvas = new Canvas(SIZE);
    const label = { sprite: sprite(20, 10, 200, 128), x: 4, y: 70 };
    const painter = new FramePainter(picture([tile({ label }), tile({ sourceId: B, x: 160 })]));
    painter.paint(canvas, (id) => frame(id === A ? 100 : 110, 1));
    expect([at(canvas, 50, 50), at(canvas, 10, 75), at(canvas, 200, 50), at(canvas, 50, 150)]).toEqual([100, 150, 110, 30]);
    canvas.planes[0].data[50 * SIZE.width + 200] = 7;
    painter.paint(canvas, (id) => frame(id === A ? 120 : 110, id === A ? 2 : 1));
    expect([at(canvas, 50, 50), at(canvas, 10, 75)]).toEqual([120, 160]);
    expect(at(canvas, 200, 50)).toBe(7);
  });

  it('shows the card when there is no frame, and when the camera is off even if frames arrive', () => {
    const canvas = new Canvas(SIZE);
    const avatar = { sprite: sprite(20, 20, 235, 256), x: 70, y: 34 };
    new FramePainter(picture([tile({ avatar }), tile({ sourceId: B, x: 160, showsVideo: false })])).paint(canvas, (id) =>
      id === A ? null : frame(200, 1),
    );
    expect([at(canvas, 10, 10), at(canvas, 80, 44), at(canvas, 200, 50)]).toEqual([60, 235, 60]);
    expect(canvas.planes[1].data[0]).toBe(1);
  });

  it('paints a new scene completely onto a canvas that shows an older one', () => {
    const canvas = new Canvas(SIZE);
    new FramePainter(picture([tile({ width: 320, height: 180 })])).paint(canvas, () => frame(100, 5));
    new FramePainter(picture([tile({})])).paint(canvas, () => frame(100, 5));
    expect([at(canvas, 50, 50), at(canvas, 300, 150)]).toEqual([100, 30]);
  });

  it('does not blend a logo twice onto an unchanged background', () => {
    const canvas = new Canvas(SIZE);
    const logo = { sprite: sprite(40, 40, 235, 64), x: 140, y: 70 };
    const painter = new FramePainter(picture([tile({}), tile({ sourceId: B, x: 160 })], logo));
    const expected = (under: number) => (under * 192 + 235 * 64 + 128) >> 8;
    for (let sequence = 1; sequence < 10; sequence++) {
      painter.paint(canvas, (id) => frame(id === A ? 100 : 50, id === A ? sequence : 1));
      expect([at(canvas, 150, 80), at(canvas, 170, 80), at(canvas, 150, 100)]).toEqual([expected(100), expected(50), expected(30)]);
    }
  });

  it('rounds the corners of small tiles over a large one, which shows through', () => {
    const canvas = new Canvas(SIZE);
    const small = tile({ sourceId: B, x: 200, y: 100, width: 96, height: 54, overlay: true });
    const painter = new FramePainter(picture([tile({ width: 320, height: 180 }), small]));
    for (let sequence = 1; sequence < 4; sequence++) {
      painter.paint(canvas, (id) => (id === A ? frame(100 + sequence, sequence, 320, 180) : frame(200, 1, 96, 54)));
      expect(at(canvas, 200, 100)).toBe(100 + sequence);
      expect(at(canvas, 295, 153)).toBe(100 + sequence);
      expect([at(canvas, 248, 127), at(canvas, 248, 100), at(canvas, 200, 127)]).toEqual([200, 200, 200]);
    }
  });
});
