import { createCanvas } from '@napi-rs/canvas';
import { createLog } from '@lianmai/kit';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Canvas } from '../Canvas.js';
import { fillRect } from '../blend/rectangles.js';
import { blendSprite, type Sprite } from '../blend/blendSprite.js';
import { SpriteRenderer, checkImage } from './index.js';
import { loadFonts } from './fonts.js';
import { drawOverlay } from './drawOverlay.js';
import { charactersOf, ellipsise, initialsOf, isRightToLeft } from './fitText.js';

const NAMES = {
  latin: 'Ångström Nguyễn',
  cyrillic: 'Иван Петров',
  arabic: 'أحمد عبد الله',
  chinese: '陈小明 連麥',
  japanese: '田中さくら',
  korean: '김민수',
  emoji: '👩🏽‍🚀🇨🇳👨‍👩‍👧',
};

/** The share of a sprite that is light. */
function ink(sprite: Sprite): number {
  const canvas = new Canvas({ width: sprite.width, height: sprite.height });
  fillRect(canvas, { x: 0, y: 0, width: sprite.width, height: sprite.height }, { y: 16, u: 128, v: 128 });
  blendSprite(canvas, { sprite, x: 0, y: 0 });
  return canvas.planes[0].data.filter((luma) => luma > 120).length;
}

const label = (text: string, maxWidthPx = 600) => drawOverlay({ kind: 'label', text, fontPx: 24, maxWidthPx }) as Promise<Sprite>;

describe('text', () => {
  it('recognises right-to-left names and counts characters as people do', () => {
    expect([isRightToLeft(NAMES.arabic), isRightToLeft('123 שלום'), isRightToLeft('Zoë عبد'), isRightToLeft('😀')]).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(charactersOf('👩🏽‍🚀🇨🇳e\u0301')).toHaveLength(3);
    expect(['Ada Lovelace', 'иван петров', '陈小明', '👨‍👩‍👧 family', 'x', ''].map(initialsOf)).toEqual(['AL', 'ИП', '陈', '👨‍👩‍👧', 'X', '?']);
  });

  it('cuts long names only between characters', () => {
    const widthOf = (text: string) => charactersOf(text).length * 10;
    fc.assert(
      fc.property(
        fc.array(fc.constantFrom('a', '陈', '🇨🇳', '👨‍👩‍👧', 'e\u0301'), { maxLength: 40 }),
        fc.integer({ min: 10, max: 300 }),
        (parts, max) => {
          const text = parts.join('');
          const cut = ellipsise(text, max, widthOf);
          expect(widthOf(cut)).toBeLessThanOrEqual(Math.max(max, 10));
          if (cut !== text) expect(text.startsWith(cut.slice(0, -1)) && cut.endsWith('…')).toBe(true);
        },
      ),
    );
  });
});

describe('paint', () => {
  beforeAll(() => expect(loadFonts()).toEqual([]));

  it('draws names in every script with its own fonts, not as boxes', async () => {
    const box = ink(await label('\u{10ffff}'.repeat(4)));
    for (const name of Object.values(NAMES)) {
      const sprite = await label(name);
      expect([sprite.width % 2, sprite.height % 2]).toEqual([0, 0]);
      expect(ink(sprite), name).toBeGreaterThan(60);
      expect(ink(sprite), name).not.toBe(box);
    }
  });

  it('fits a long name into its tile', async () => {
    const sprite = await label('陈'.repeat(80), 201);
    expect(sprite.width).toBeLessThanOrEqual(200);
    expect(sprite.width).toBeGreaterThan(150);
  });

  it('paints a logo with its transparency and a background that covers', async () => {
    const image = createCanvas(100, 50);
    const context = image.getContext('2d');
    context.fillStyle = '#ff0000';
    context.fillRect(50, 0, 50, 50);
    const bytes = image.toBuffer('image/png');
    const logo = (await drawOverlay({ kind: 'logo', bytes, maxWidthPx: 400, maxHeightPx: 40 })) as Sprite;
    expect([logo.width, logo.height]).toEqual([80, 40]);
    expect([logo.planes[0].inverse[0], logo.planes[0].inverse[79]]).toEqual([256, 0]);
    const background = (await drawOverlay({ kind: 'background', bytes, widthPx: 64, heightPx: 64 })) as unknown as Canvas;
    expect(background.planes[0].data[63]).toBe(81);
    expect(background.planes[2].data[31]).toBe(240);
  });
});

describe('checkImage', () => {
  const image = createCanvas(60, 40);
  const encoded = [image.toBuffer('image/png'), image.toBuffer('image/jpeg'), image.toBuffer('image/webp')];

  it('reads the size of PNG, JPEG and WebP', () => {
    for (const bytes of encoded) expect(checkImage(bytes)).toEqual({ width: 60, height: 40 });
  });

  it('rejects images that are too large and anything that is not an image, whatever the bytes', () => {
    const huge = Buffer.from(encoded[0]!);
    huge.writeUInt32BE(65_000, 16);
    huge.writeUInt32BE(65_000, 20);
    expect(() => checkImage(huge)).toThrow(expect.objectContaining({ code: 'TOO_LARGE' }));
    expect(() => checkImage(Buffer.from('<svg/>'))).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    const damaged = fc.tuple(fc.constantFrom(...encoded), fc.uint8Array({ maxLength: 200 }), fc.nat(40)).map(([bytes, noise, at]) => {
      const copy = Buffer.concat([bytes.subarray(0, at + 2), noise]);
      return copy;
    });
    fc.assert(
      fc.property(damaged, (bytes) => {
        try {
          checkImage(bytes);
        } catch (error) {
          expect(['UNSUPPORTED', 'TOO_LARGE']).toContain((error as { code?: string }).code);
        }
      }),
      { numRuns: 500 },
    );
  });
});

describe('SpriteRenderer', () => {
  const spriteRenderer = new SpriteRenderer(createLog('test', 'silent'));
  afterAll(() => spriteRenderer.close('test'));

  it('paints once per key, in its own thread, into shared memory', async () => {
    const request = { kind: 'label', text: 'Ada', fontPx: 20, maxWidthPx: 200 } as const;
    const [first, again] = await Promise.all([spriteRenderer.paint('ada', request), spriteRenderer.paint('ada', request)]);
    expect(again).toBe(first);
    expect(first.planes[0].weighted.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('reports why an image was rejected, and keeps working', async () => {
    const bytes = Buffer.from('no image, but long enough to be looked at');
    await expect(spriteRenderer.paint('bad', { kind: 'logo', bytes, maxWidthPx: 10, maxHeightPx: 10 })).rejects.toMatchObject({
      code: 'UNSUPPORTED',
    });
    expect((await spriteRenderer.paint('avatar', { kind: 'avatar', name: 'Ada', sizePx: 40 })).width).toBe(40);
  });
});
