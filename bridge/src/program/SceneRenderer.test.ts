import { createLog } from '@lianmai/kit';
import {
  AssetId,
  canvasOf,
  Corner,
  defaultScene,
  LayoutName,
  LianmaiError,
  Orientation,
  ProfileName,
  SourceId,
  type SceneState,
  type Scene,
} from '@lianmai/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { OverlayRequest } from './compositor/overlays/index.js';
import { areaOf, type RenderedScene, type Sprite } from './compositor/index.js';
import { SceneRenderer, type SceneRendererOptions } from './SceneRenderer.js';

const LOG = createLog('test', 'silent');
const IMAGE = AssetId.parse('image');
const id = (index: number) => SourceId.parse(`p${index}:camera`);

const even = (value: number) => 2 * Math.ceil(value / 2);
const spriteOf = (width: number, height: number): Sprite => ({ width: even(width), height: even(height), planes: [] as never });

/** The largest overlay that a request may produce. */
function largest(request: OverlayRequest): Sprite {
  switch (request.kind) {
    case 'label':
      return spriteOf(request.maxWidthPx, request.fontPx * 1.75);
    case 'avatar':
      return spriteOf(request.sizePx, request.sizePx);
    case 'logo':
      return spriteOf(request.maxWidthPx, request.maxHeightPx);
    case 'background':
      return spriteOf(request.widthPx, request.heightPx);
  }
}

const artistOf = (paint: (request: OverlayRequest) => Sprite | Promise<Sprite>) =>
  ({ paint: async (_key: string, request: OverlayRequest) => paint(request) }) as unknown as SceneRendererOptions['spriteRenderer'];

const picture = (count: number, scene: Partial<Scene> = {}): SceneState => ({
  version: 7,
  scene: { ...defaultScene(), ...scene },
  mix: {},
  sources: Array.from({ length: count }, (_, index) => ({
    id: id(index),
    kind: 'camera',
    name: 'أحمد',
    hasVideo: index > 0,
    hasAudio: true,
  })),
});

const sceneRendererOf = (change: Partial<SceneRendererOptions> = {}) =>
  new SceneRenderer({
    canvas: { width: 1280, height: 720 },
    spriteRenderer: artistOf(largest),
    fetchAsset: () => Promise.resolve(new Uint8Array(1)),
    log: LOG,
    ...change,
  });
const nothing = () => undefined;

describe('SceneRenderer', () => {
  it('keeps every overlay on the canvas, on even pixels, in every layout and size', async () => {
    const scene = fc.record({
      layout: fc.constantFrom(...LayoutName.options),
      corner: fc.constantFrom(...Corner.options),
      height: fc.double({ min: 0.03, max: 0.3, noNaN: true }),
    });
    const size = fc
      .tuple(fc.constantFrom(...ProfileName.options), fc.constantFrom(...Orientation.options))
      .map(([name, orientation]) => canvasOf({ name, orientation }));
    await fc.assert(
      fc.asyncProperty(size, scene, fc.integer({ min: 0, max: 12 }), async (canvas, { layout, corner, height }, count) => {
        const shown = await sceneRendererOf({ canvas }).render(picture(count, { layout, logo: { image: IMAGE, corner, height } }), nothing);
        const placed = [shown.logo, ...shown.tiles.flatMap(({ label, avatar }) => [label, avatar])].filter((one) => one !== null);
        for (const { x, y, width, height: tall } of placed.map(areaOf)) {
          expect([x % 2, y % 2]).toEqual([0, 0]);
          expect(x >= 0 && y >= 0 && x + width <= canvas.width && y + tall <= canvas.height).toBe(true);
        }
      }),
    );
  });

  it('sets the gain of everyone who is heard; hidden and muted sources are silent', async () => {
    const mix = { [id(1)]: { gainDb: -20, muted: false }, [id(2)]: { gainDb: 0, muted: true } };
    const { gains, tiles } = await sceneRendererOf().render({ ...picture(4, { hidden: [id(3)] }), mix }, nothing);
    expect([...gains]).toEqual([
      [id(0), 1],
      [id(1), 0.1],
      [id(2), 0],
    ]);
    expect(tiles.map(({ sourceId, showsVideo }) => [sourceId, showsVideo])).toEqual([
      [id(0), false],
      [id(1), true],
      [id(2), true],
    ]);
  });

  it('does not wait for slow overlays, and completes the scene when they are ready', async () => {
    let finish: (sprite: Sprite) => void = nothing;
    const spriteRenderer = artistOf((request) =>
      request.kind === 'avatar' ? new Promise((resolve) => (finish = resolve)) : largest(request),
    );
    const completed: RenderedScene[] = [];
    const sceneRenderer = sceneRendererOf({ spriteRenderer });
    const first = await sceneRenderer.render(picture(1), (shown) => completed.push(shown));
    expect(first.tiles[0]).toMatchObject({ avatar: null, label: { sprite: {} } });
    const finishFirst = finish;
    const second = new Promise<RenderedScene>((resolve) => {
      void sceneRenderer.render(picture(1), resolve).then(() => {
        finishFirst(spriteOf(10, 10));
        finish(spriteOf(20, 20));
      });
    });
    expect((await second).tiles[0]?.avatar?.sprite.width).toBe(20);
    expect(completed).toEqual([]);
  });

  it('goes on air without an image that cannot be fetched', async () => {
    const fetchAsset = () => Promise.reject(new LianmaiError('NOT_FOUND'));
    const shown = await sceneRendererOf({ fetchAsset }).render(picture(1, { background: { colour: '#ffffff', image: IMAGE } }), nothing);
    expect(shown).toMatchObject({ version: 7, background: { colour: { y: 235 }, image: null } });
  });
});
