const RIGHT_TO_LEFT = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
/** Scripts in which two initials are usual. */
const HAS_INITIALS = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}]/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Characters as people count them: a flag or a family is one. */
export const charactersOf = (text: string): string[] => [...graphemes.segment(text)].map((part) => part.segment);

/** Its first letter belongs to a script that is written from right to left. */
export const isRightToLeft = (text: string): boolean => RIGHT_TO_LEFT.test(text);

/** What stands for a name on its avatar: two letters of an alphabetic name, one character of any other. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const initials = words.map((word) => charactersOf(word)[0] ?? '');
  const first = initials[0] ?? '?';
  const last = initials.at(-1) ?? '';
  return (words.length > 1 && HAS_INITIALS.test(first) && HAS_INITIALS.test(last) ? first + last : first).toLocaleUpperCase('en');
}

/** The longest beginning that fits, with an ellipsis; never cuts a character in two. */
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
