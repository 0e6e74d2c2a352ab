import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileBlockWords } from './blockWords.js';
import { hasLink } from './messageText.js';

const has = (word: string, text: string) => compileBlockWords([word])(text);

describe('block words', () => {
  it.each([
    ['spam', 'SPAM!'],
    ['spam', 'ｓｐａｍ'],
    ['spam', 'buy s p a m now'],
    ['spam', 's.p-a_m'],
    ['spam', 's\u0336p\u0336a\u0336m'],
    ['spam', 'sp\u200bam'],
    ['spam', 'spams spam'],
    ['spam', '2spam4'],
    ['buy now', 'BUYNOW'],
    ['ab', 'a b ab'],
    ['c++', 'I like c++!'],
    ['♥', 'I♥you'],
    ['赌博', '网上赌博最好'],
    ['代开发票', '代 开-发。票哦'],
    ['加v', '请加V我'],
    ['नमस्ते', 'अरे, नमस्ते!'],
  ])('[CHAT-09] are found in any case, width and spacing: %s in %s', (word, text) => expect(has(word, text)).toBe(true));

  it.each([
    ['spam', 'spammer'],
    ['ass', 'a class'],
    ['ass', 'as soon as possible'],
    ['ab', 'a b'],
    ['c++', 'c'],
    ['赌博', '赌 博'],
    ['गम', 'गीम'],
  ])('[CHAT-09] are whole words in scripts with spaces, and short ones only as they are written: %s, not in %s', (word, text) =>
    expect(has(word, text)).toBe(false),
  );

  it('are found with any punctuation between their letters, and in no text without their letters', () => {
    const letter = fc.constantFrom('a', 'b', 'c', 'd', 'e');
    const gap = fc.array(fc.constantFrom(' ', '.', '-', '*', '\n', '\u0336', '\u200d'), { maxLength: 4 }).map((gaps) => gaps.join(''));
    fc.assert(
      fc.property(fc.array(fc.tuple(letter, gap), { minLength: 3, maxLength: 8 }), fc.string({ unit: 'binary' }), (spread, around) => {
        const word = spread.map(([one]) => one).join('');
        const text = spread.map(([one, after], index) => (index === spread.length - 1 ? one : one + after)).join('');
        expect(has(word, `${around} ${text.toUpperCase()} ${around}`)).toBe(true);
        expect(has(word, text.slice(1))).toBe(false);
      }),
    );
  });

  it('take no time to speak of, however a text is made', () => {
    const words = compileBlockWords(Array.from({ length: 2000 }, (_, index) => `word${index}`));
    for (const text of ['a '.repeat(1000), 'word '.repeat(400), '.'.repeat(2000), 'a.'.repeat(1000)]) {
      expect([words(text), hasLink(text)]).toEqual([false, false]);
    }
  });
});

describe('links', () => {
  it.each(['https://a.example', 'see www.a.de', 'a.com.', 'ＷＷＷ．a.com', 'https：//a.b', '看a.cn吧', 'youtu.be/xyz', 'ftp://x'])(
    '[CHAT-10] are found, also without a scheme: %s',
    (text) => expect(hasLink(text)).toBe(true),
  );
  it.each(['me@a.com', 'e.g.this', 'ok.then', '3.14/2', 'and/or', 'v1.2/3', 'Wait... what?', '12:30', '好。com'])(
    '[CHAT-10] are not seen where there are none: %s',
    (text) => expect(hasLink(text)).toBe(false),
  );
});
