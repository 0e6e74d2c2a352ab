/**
 * The program uses BT.601, limited range: browsers encode WebRTC video in it (libyuv's default) and assume it when they play. Frames pass through
 * unconverted, cards are painted in it, and the encoder tags its output with it (`COLOUR` in encoder/encoderArguments.ts), whatever the resolution.
 */
export interface Yuv {
  y: number;
  u: number;
  v: number;
}

export const BLACK: Yuv = { y: 16, u: 128, v: 128 };

export const yOf = (r: number, g: number, b: number): number => 16 + (65.481 * r + 128.553 * g + 24.966 * b) / 255;
export const uOf = (r: number, g: number, b: number): number => 128 + (-37.797 * r - 74.203 * g + 112 * b) / 255;
export const vOf = (r: number, g: number, b: number): number => 128 + (112 * r - 93.786 * g - 18.214 * b) / 255;

/** Converts `#rrggbb`. */
export function yuvOf(hex: string): Yuv {
  const value = Number.parseInt(hex.slice(1), 16);
  const [r, g, b] = [value >> 16, (value >> 8) & 255, value & 255];
  return { y: Math.round(yOf(r, g, b)), u: Math.round(uOf(r, g, b)), v: Math.round(vOf(r, g, b)) };
}
