const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });
const CJK = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u;

const firstOf = (text: string) => [...graphemes.segment(text)][0]?.segment ?? '';

/** One or two characters that stand for a name, in any script: 「王小明」 → 明, "Ada Lovelace" → AL, an emoji as it is. */
export function initialsOf(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const [first = '', last = ''] = [words[0], words.length > 1 ? words.at(-1) : ''];
  if (CJK.test(first) && words.length === 1) return [...graphemes.segment(first)].at(-1)?.segment ?? '';
  return (firstOf(first) + (/\p{L}/u.test(last) ? firstOf(last) : '')).toLocaleUpperCase();
}

/** 0..359, the same for the same seed. */
export function hueOf(seed: string): number {
  let hash = 0;
  for (const char of seed) hash = (hash * 31 + (char.codePointAt(0) ?? 0)) >>> 0;
  return (hash * 137) % 360;
}
