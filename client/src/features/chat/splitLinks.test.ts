import fc from 'fast-check';
import { expect, it } from 'vitest';
import { splitLinks } from './splitLinks';

it('URLs become links, without the full stop after them', () => {
  expect(splitLinks('see https://a.example/x?y=1. ok')).toEqual([
    { text: 'see ', href: null },
    { text: 'https://a.example/x?y=1', href: 'https://a.example/x?y=1' },
    { text: '. ok', href: null },
  ]);
  expect(splitLinks('看 https://a.example/观看，好')[1]?.href).toBe('https://a.example/观看');
});

it('no text is lost, and only http URLs become links', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      const pieces = splitLinks(text);
      expect(pieces.map((piece) => piece.text).join('')).toBe(text);
      for (const { href } of pieces) if (href !== null) expect(href).toMatch(/^https?:\/\//);
    }),
  );
  expect(splitLinks('javascript:alert(1)').every((piece) => piece.href === null)).toBe(true);
});
