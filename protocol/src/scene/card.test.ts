import { expect, it } from 'vitest';
import type { SourceId } from '../ids.js';
import { cardColourOf, initialsOf, isRightToLeft } from './card.js';

it('letters represent a name in any script', () => {
  const names = {
    'Ada Lovelace': 'AL',
    'Maria de la Cruz': 'MC',
    'иван петров': 'ИП',
    陈小明: '陈',
    '👩‍🚀 Ada': '👩‍🚀',
    x: 'X',
    'محمد علي': 'م',
    '': '?',
  };
  for (const [name, initials] of Object.entries(names)) expect(initialsOf(name)).toBe(initials);
});

it('a source keeps its colour, and neighbours rarely share one', () => {
  const colours = Array.from({ length: 64 }, (_, index) => cardColourOf(`p${index}:camera` as SourceId));
  expect(cardColourOf('p1:camera' as SourceId)).toBe(colours[1]);
  expect(new Set(colours).size).toBeGreaterThan(5);
});

it('recognises right-to-left text', () => {
  expect([isRightToLeft('أحمد'), isRightToLeft('123 שלום'), isRightToLeft('Zoë عبد'), isRightToLeft('😀')]).toEqual([
    true,
    true,
    false,
    false,
  ]);
});
