import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { SourceId } from '../ids.js';
import { layout, type Tile } from './layout.js';
import { LayoutName, MAX_TILES, type SceneSource } from './scene.js';

const source = (id: string, kind: SceneSource['kind'] = 'camera'): SceneSource => ({ id: id as SourceId, kind });
const people = (count: number) => Array.from({ length: count }, (_, index) => source(`p${index}`));
const scene = (name: LayoutName, focus: string | null = null) => ({ layout: name, focus: focus as SourceId | null, order: [], hidden: [] });
const HD = { width: 1280, height: 720 };

const overlaps = (a: Tile, b: Tile) => a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

const canvases = fc.record({ width: fc.integer({ min: 200, max: 3840 }), height: fc.integer({ min: 200, max: 2160 }) });
const sources = fc
  .array(fc.constantFrom('camera' as const, 'screen' as const), { maxLength: 12 })
  .map((kinds) => kinds.map((kind, index) => source(`s${index}`, kind)));

describe('layout', () => {
  it('keeps every tile inside the canvas, on even pixels, for any scene', () => {
    fc.assert(
      fc.property(canvases, fc.constantFrom(...LayoutName.options), sources, (canvas, name, all) => {
        const tiles = layout(canvas, scene(name), all);
        expect(tiles.length).toBeLessThanOrEqual(MAX_TILES);
        for (const tile of tiles) {
          for (const value of [tile.x, tile.y, tile.width, tile.height]) expect(value % 2).toBe(0);
          expect(tile.x).toBeGreaterThanOrEqual(0);
          expect(tile.y).toBeGreaterThanOrEqual(0);
          expect(tile.x + tile.width).toBeLessThanOrEqual(canvas.width + 1);
          expect(tile.y + tile.height).toBeLessThanOrEqual(canvas.height + 1);
          expect(tile.width).toBeGreaterThanOrEqual(2);
          expect(tile.height).toBeGreaterThanOrEqual(2);
        }
      }),
    );
  });

  it('never overlaps tiles, except small pictures over a large one', () => {
    fc.assert(
      fc.property(canvases, fc.constantFrom(...LayoutName.options), sources, (canvas, name, all) => {
        const tiles = layout(canvas, scene(name), all).filter((tile) => !tile.overlay);
        for (const [index, a] of tiles.entries()) for (const b of tiles.slice(index + 1)) expect(overlaps(a, b)).toBe(false);
      }),
    );
  });

  it.each([1, 2, 3, 4, 5, 6, 7, 8, 9])('shows %i people in a grid of equal tiles that cover most of the picture', (count) => {
    const tiles = layout(HD, scene('grid'), people(count));
    expect(tiles).toHaveLength(count);
    expect(new Set(tiles.map((tile) => `${tile.width}x${tile.height}`)).size).toBe(1);
    const covered = tiles.reduce((sum, tile) => sum + tile.width * tile.height, 0) / (1280 * 720);
    expect(covered).toBeGreaterThan(0.6);
  });

  it('puts the screen share in the large tile and people in a strip, in auto too', () => {
    const all = [...people(3), source('share', 'screen')];
    for (const name of ['auto', 'screen'] as const) {
      const [main, ...strip] = layout(HD, scene(name), all);
      expect(main).toMatchObject({ sourceId: 'share', fit: 'contain', x: 0, y: 0 });
      expect(strip).toHaveLength(3);
      for (const tile of strip) expect(tile.x).toBeGreaterThanOrEqual((main?.width ?? 0) - 2);
    }
  });

  it('fills the picture with the focus in spotlight, or with the first source when the focus is gone', () => {
    expect(layout(HD, scene('spotlight', 'p1'), people(3))).toEqual([{ sourceId: 'p1', fit: 'cover', overlay: false, x: 0, y: 0, ...HD }]);
    expect(layout(HD, scene('spotlight', 'gone'), people(3))[0]?.sourceId).toBe('p0');
  });

  it('omits hidden sources and follows the order of the scene', () => {
    const tiles = layout(HD, { layout: 'grid', focus: null, order: ['p2', 'p0'] as SourceId[], hidden: ['p1'] as SourceId[] }, people(4));
    expect(tiles.map((tile) => tile.sourceId)).toEqual(['p2', 'p0', 'p3']);
  });
});
