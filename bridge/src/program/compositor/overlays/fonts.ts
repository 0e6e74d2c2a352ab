import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';

/** Complete fonts of weight 400 only (the packages also contain hundreds of slices for the web), in order of preference. */
const FONTS: readonly (readonly [pack: string, subsets: readonly string[]])[] = [
  ['noto-sans', ['latin', 'latin-ext', 'vietnamese', 'greek', 'greek-ext', 'cyrillic', 'cyrillic-ext', 'devanagari']],
  ['noto-sans-arabic', ['arabic']],
  ['noto-sans-sc', ['chinese-simplified']],
  ['noto-sans-jp', ['japanese']],
  ['noto-sans-kr', ['korean']],
  ['noto-color-emoji', ['emoji']],
];

/** For `context.font`. Characters missing from all of them are looked up in the system's fonts. */
export const FONT_FAMILIES = FONTS.flatMap(([pack, subsets]) => subsets.map((subset) => `"${familyOf(pack, subset)}"`)).join(', ');

/** Loads the fonts and draws once with each: the first text takes 0.3-0.6 s, too long for a program on air. Returns the files that are missing. */
export function loadFonts(): string[] {
  const require = createRequire(import.meta.url);
  const missing: string[] = [];
  for (const [pack, subsets] of FONTS) {
    for (const subset of subsets) {
      const file = `${pack}-${subset}-400-normal.woff2`;
      try {
        const folder = dirname(require.resolve(`@fontsource/${pack}/package.json`));
        if (!GlobalFonts.registerFromPath(join(folder, 'files', file), familyOf(pack, subset))) missing.push(file);
      } catch {
        missing.push(file);
      }
    }
  }
  warmUp();
  return missing;
}

function familyOf(pack: string, subset: string): string {
  return `${pack}-${subset}`;
}

function warmUp(): void {
  const context = createCanvas(8, 8).getContext('2d');
  context.font = `20px ${FONT_FAMILIES}`;
  context.fillText('Aą陳さ한ع😀', 0, 8);
  context.getImageData(0, 0, 8, 8);
}
