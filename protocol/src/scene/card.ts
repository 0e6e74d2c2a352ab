import type { SourceId } from '../ids.js';

/** Card colours for a camera that is off, the same in the room, the studio and the program. All are dark enough for white letters. */
const CARD_COLOURS = ['#3b4a6b', '#5a4570', '#2f5d62', '#6b4a3b', '#3f5f3f', '#6a3f55', '#4a5561', '#4d4f80'] as const;

export function cardColourOf(id: SourceId): string {
  return CARD_COLOURS[hashOf(id) % CARD_COLOURS.length] ?? CARD_COLOURS[0];
}

/** FNV-1a. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193) >>> 0;
  return hash;
}

const RIGHT_TO_LEFT = /^[^\p{L}]*[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;
/** Scripts that commonly use two initials. */
const HAS_INITIALS = /^[\p{Script=Latin}\p{Script=Cyrillic}\p{Script=Greek}\p{Script=Armenian}]/u;

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

/** Whether the text begins with a letter of a right-to-left script. */
export const isRightToLeft = (text: string): boolean => RIGHT_TO_LEFT.test(text);

/** Returns the text for an avatar: two initials for an alphabetic name, otherwise one character. Emoji stay whole. */
export function initialsOf(name: string): string {
  const words = name.split(/\s+/).filter(Boolean);
  const initials = words.map((word) => [...graphemes.segment(word)][0]?.segment ?? '');
  const first = initials[0] ?? '?';
  const last = initials.at(-1) ?? '';
  return (words.length > 1 && HAS_INITIALS.test(first) && HAS_INITIALS.test(last) ? first + last : first).toLocaleUpperCase('en');
}
