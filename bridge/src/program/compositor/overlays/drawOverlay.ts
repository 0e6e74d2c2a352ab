import { createCanvas, loadImage, type SKRSContext2D } from '@napi-rs/canvas';
import type { Size } from '@lianmai/protocol';
import type { Image } from '../Canvas.js';
import type { Sprite } from '../blend/blendSprite.js';
import { FONT_FAMILIES } from './fonts.js';
import { AVATAR, LABEL } from './overlayStyle.js';
import { checkImage } from './checkImage.js';
import { toImage, toSprite } from './rgbaToYuv.js';
import { ellipsise, initialsOf, isRightToLeft } from './fitText.js';

export type OverlayRequest =
  /** A name on a dark box. */
  | { kind: 'label'; text: string; fontPx: number; maxWidthPx: number }
  /** Initials on a disc. */
  | { kind: 'avatar'; name: string; sizePx: number }
  /** An image with transparency, scaled to fit a box. */
  | { kind: 'logo'; bytes: Uint8Array; maxWidthPx: number; maxHeightPx: number }
  /** An image that covers the canvas and is cropped. */
  | { kind: 'background'; bytes: Uint8Array; widthPx: number; heightPx: number };

const even = (value: number) => Math.max(2, Math.ceil(value / 2) * 2);

/** Paints one overlay. Throws UNSUPPORTED or TOO_LARGE for images that must not be decoded. */
export async function drawOverlay(request: OverlayRequest): Promise<Sprite | Image> {
  switch (request.kind) {
    case 'label':
      return paintLabel(request.text, request.fontPx, request.maxWidthPx);
    case 'avatar':
      return paintAvatar(request.name, request.sizePx);
    case 'logo':
      return paintLogo(request.bytes, { width: request.maxWidthPx, height: request.maxHeightPx });
    case 'background':
      return paintBackground(request.bytes, { width: request.widthPx, height: request.heightPx });
  }
}

function paintLabel(name: string, fontPx: number, maxWidthPx: number): Sprite {
  const measure = textContext(createCanvas(2, 2).getContext('2d'), fontPx);
  const padding = fontPx * LABEL.padding;
  const text = ellipsise(name, maxWidthPx - 2 * padding, (part) => measure.measureText(part).width);
  const width = Math.min(maxWidthPx & ~1, even(measure.measureText(text).width + 2 * padding));
  const height = even(fontPx * LABEL.height);
  const context = textContext(createCanvas(width, height).getContext('2d'), fontPx);
  context.fillStyle = LABEL.background;
  context.beginPath();
  context.roundRect(0, 0, width, height, height * LABEL.cornerRadius);
  context.fill();
  context.fillStyle = LABEL.colour;
  context.direction = isRightToLeft(name) ? 'rtl' : 'ltr';
  context.textAlign = 'center';
  context.fillText(text, width / 2, height / 2 + fontPx * LABEL.baseline);
  return toSprite({ width, height, data: context.getImageData(0, 0, width, height).data });
}

function paintAvatar(name: string, sizePx: number): Sprite {
  const size = even(sizePx);
  const fontPx = size * AVATAR.fontSize;
  const context = textContext(createCanvas(size, size).getContext('2d'), fontPx);
  context.fillStyle = AVATAR.background;
  context.beginPath();
  context.arc(size / 2, size / 2, size / 2, 0, 2 * Math.PI);
  context.fill();
  context.fillStyle = AVATAR.colour;
  context.textAlign = 'center';
  context.fillText(initialsOf(name), size / 2, size / 2 + fontPx * AVATAR.baseline);
  return toSprite({ width: size, height: size, data: context.getImageData(0, 0, size, size).data });
}

async function paintLogo(bytes: Uint8Array, box: Size): Promise<Sprite> {
  const { width, height } = checkImage(bytes);
  const scale = Math.min(box.width / width, box.height / height);
  const size = { width: even(width * scale), height: even(height * scale) };
  const context = createCanvas(size.width, size.height).getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.drawImage(await decode(bytes), 0, 0, size.width, size.height);
  return toSprite({ ...size, data: context.getImageData(0, 0, size.width, size.height).data });
}

async function paintBackground(bytes: Uint8Array, size: Size): Promise<Image> {
  const image = await decode(bytes);
  const scale = Math.max(size.width / image.width, size.height / image.height);
  const [width, height] = [image.width * scale, image.height * scale];
  const context = createCanvas(size.width, size.height).getContext('2d');
  context.imageSmoothingQuality = 'high';
  context.fillStyle = '#000000';
  context.fillRect(0, 0, size.width, size.height);
  context.drawImage(image, (size.width - width) / 2, (size.height - height) / 2, width, height);
  return toImage({ ...size, data: context.getImageData(0, 0, size.width, size.height).data });
}

async function decode(bytes: Uint8Array) {
  checkImage(bytes);
  return loadImage(Buffer.from(bytes));
}

function textContext(context: SKRSContext2D, fontPx: number): SKRSContext2D {
  context.font = `${fontPx}px ${FONT_FAMILIES}`;
  return context;
}
