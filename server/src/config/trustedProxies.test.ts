import { describe, expect, it } from 'vitest';
import { trustedProxies, trustFunction } from './trustedProxies.js';

const read = (value: unknown) => trustedProxies().parse(value);

describe('trusted proxies', () => {
  it.each([
    [false, 0],
    ['false', 0],
    ['off', 0],
    ['0', 0],
    [2, 2],
    ['1', 1],
    ['127.0.0.1, 10.0.0.0/24', ['127.0.0.1', '10.0.0.0/24']],
    [
      ['2001:db8::/32', '::1'],
      ['2001:db8::/32', '::1'],
    ],
  ])('are a number of hops or a list: %j', (value, expected) => {
    expect(read(value)).toEqual(expected);
  });

  it.each([true, 'true', 'yes', '', -1, 1.5, 11, 'localhost', '10.0.0.0/33', '10.0.0.0/x', '10.0.0.0/8/8', '0.0.0.0/0', '::/0', [], [1]])(
    'are nothing else, above all not everybody: %j',
    (value) => {
      expect(() => read(value)).toThrow(/expected the number of proxies/);
    },
  );

  it('are believed for that many hops', () => {
    const isTrusted = trustFunction(1);
    expect([isTrusted('10.0.0.1', 0), isTrusted('10.0.0.2', 1)]).toEqual([true, false]);
    expect(trustFunction(0)('127.0.0.1', 0)).toBe(false);
  });

  it('are believed by address, in whichever form Node gives it', () => {
    const isTrusted = trustFunction(['127.0.0.1', '10.0.0.0/24', '2001:db8::/32']);
    const proxies = ['127.0.0.1', '::ffff:127.0.0.1', '10.0.0.77', '::ffff:10.0.0.77', '2001:db8::5'];
    const others = ['127.0.0.2', '10.0.1.1', '192.168.0.1', '2001:db9::1', 'unknown', ''];
    expect(proxies.filter((address) => !isTrusted(address, 5))).toEqual([]);
    expect(others.filter((address) => isTrusted(address, 0))).toEqual([]);
  });
});
