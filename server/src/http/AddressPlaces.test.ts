import { LianmaiError } from '@lianmai/protocol';
import { describe, expect, it } from 'vitest';
import { AddressPlaces } from './index.js';

describe('places per address', () => {
  it('are refused beyond the bound, counted by /64, and given back once', () => {
    const places = new AddressPlaces(2);
    const [first, second] = [places.take('2001:db8::1'), places.take('2001:db8::2')];
    expect(() => places.take('2001:db8::3')).toThrow(LianmaiError);
    places.take('2001:db8:0:1::1');
    first();
    first();
    places.take('2001:db8::4');
    expect(() => places.take('2001:db8::5')).toThrow(/Too many requests/);
    second();
    places.take('2001:db8::6');
  });
});
