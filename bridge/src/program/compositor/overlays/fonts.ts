import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { createCanvas, GlobalFonts } from '@napi-rs/canvas';

/** Whole fonts of weight 400 and no others: the packages hold hundreds of slices for the web. The order is the order of preference. */
const FONTS: readonly (readonly [pack: string, subsets: readonly string[]])[] = [
  ['noto-sans', ['latin', 'latin-ext', 'vietnamese', 'greek', 'greek-ext', 'cyrillic', 'cyrillic-ext', 'devanagari']],
  ['noto-sans-arabic', ['arabic']],
  ['noto-sans-sc', ['chinese-simplified']],
  ['noto-sans-jp', ['japanese']],
  ['noto-sans-kr', ['korean']],
  ['noto-color-emoji', ['emoji']],
];

/** For `context.font`. What none of these has is looked up among the system's fonts. */
export const FONT_FAMILIES = FONTS.flatMap(([pack, subsets]) => subsets.map((subset) => `"${familyOf(pack, subset)}"`)).join(', ');

/** Reads the fonts and draws once with each of them: the first text costs 0.3-0.6 s, which nobody on air shall wait for. Answers what is missing. */
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
