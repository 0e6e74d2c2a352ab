import { normalise } from './messageText.js';

/** Whether a text has one of the words. */
export type BlockWordTest = (text: string) => boolean;

/** Scripts that are written without spaces: a word may stand anywhere in the text. */
const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u;
/** U+0300–U+036F are accents that can be put on any letter, such as a stroke through it. Marks of other scripts belong to their words. */
const LETTER = /[\p{L}\p{N}]|(?![\u0300-\u036f])\p{M}/u;
const DIGIT = /\p{N}/u;
const EVERYTHING = /[^]/u;
/** Shorter words are compared as they are written, because too many innocent texts have their letters in a row. */
const MIN_SPREAD_LETTERS = 3;

/** A text, or only its letters and digits, with the places where a word may begin or end. */
interface Searchable {
  text: string;
  edges: ReadonlySet<number>;
}

/**
 * Compiles a list of words. A word is found in any case and width. In scripts with spaces it must be a whole word: "ass" is not in "class". A word of three
 * letters or more is also found with spaces, punctuation and accents between its letters.
 */
export function compileBlockWords(words: readonly string[]): BlockWordTest {
  const spread: Searched[] = [];
  const literal: Searched[] = [];
  for (const word of new Set(words.map((one) => normalise(one).trim()))) {
    const letters = searchable(word, LETTER).text;
    const isAnywhere = UNSPACED.test(word);
    if (Array.from(letters).length >= MIN_SPREAD_LETTERS) spread.push({ word: letters, isAnywhere });
    else if (word !== '') literal.push({ word, isAnywhere });
  }
  return (text) => {
    const normal = normalise(text);
    return isAnyIn(searchable(normal, LETTER), spread) || isAnyIn(searchable(normal, EVERYTHING), literal);
  };
}

interface Searched {
  word: string;
  /** Also inside another word. */
  isAnywhere: boolean;
}

const isAnyIn = (searched: Searchable, words: readonly Searched[]): boolean => words.some((word) => isIn(searched, word));

function isIn({ text, edges }: Searchable, { word, isAnywhere }: Searched): boolean {
  for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + 1)) {
    if (isAnywhere || (edges.has(at) && edges.has(at + word.length))) return true;
  }
  return false;
}

function searchable(normal: string, kept: RegExp): Searchable {
  let text = '';
  let before = '';
  const edges = new Set<number>([0]);
  for (const character of normal) {
    if (isEdge(before, character)) edges.add(text.length);
    if (kept.test(character)) text += character;
    before = character;
  }
  return { text, edges: edges.add(text.length) };
}

/** Words end at anything but a letter, and between letters and digits. */
const isEdge = (before: string, after: string): boolean =>
  !LETTER.test(before) || !LETTER.test(after) || DIGIT.test(before) !== DIGIT.test(after);
