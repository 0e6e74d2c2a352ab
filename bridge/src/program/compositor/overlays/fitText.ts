export { initialsOf, isRightToLeft } from '@lianmai/protocol';

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Characters as people count them: a flag or a family emoji is one. */
export const charactersOf = (text: string): string[] => [...graphemes.segment(text)].map((part) => part.segment);

/** Cuts text that is too wide and adds an ellipsis, never in the middle of a character. */
export function ellipsise(text: string, maxWidth: number, widthOf: (text: string) => number): string {
  if (widthOf(text) <= maxWidth) return text;
  const characters = charactersOf(text);
  let [fits, tooLong] = [0, characters.length];
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (widthOf(`${characters.slice(0, middle).join('').trimEnd()}…`) <= maxWidth) fits = middle;
    else tooLong = middle;
  }
  return `${characters.slice(0, fits).join('').trimEnd()}…`;
}
