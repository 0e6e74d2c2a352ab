import { describe, expect, it } from 'vitest';
import { hueOf, initialsOf } from './person';

describe('initials', () => {
  it('take first and last word of a name in letters', () => {
    expect(initialsOf('Ada Lovelace')).toBe('AL');
    expect(initialsOf('ada')).toBe('A');
    expect(initialsOf('Maria de la Cruz')).toBe('MC');
  });
  it('take the given name of a Chinese name', () => expect(initialsOf('王小明')).toBe('明'));
  it('keep emoji of several code points whole', () => expect(initialsOf('👩‍🚀 Ada')).toBe('👩‍🚀A'));
  it('work right to left and for nothing at all', () => {
    expect(initialsOf('محمد علي')).toBe('مع');
    expect(initialsOf('')).toBe('');
  });
});

it('a colour stays with its seed', () => {
  expect(hueOf('a')).toBe(hueOf('a'));
  expect(hueOf('p_1')).not.toBe(hueOf('p_2'));
});
