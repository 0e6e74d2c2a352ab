import { describe, expect, it } from 'vitest';
import { networkOf } from './networkOf.js';

describe('networkOf', () => {
  it('counts an IPv4 address as itself, mapped into IPv6 or not', () => {
    expect([networkOf('10.0.0.1'), networkOf('::ffff:10.0.0.1'), networkOf('::FFFF:10.0.0.1')]).toEqual(Array(3).fill('10.0.0.1'));
  });

  it('counts all addresses of a /64 as one, however they are written', () => {
    for (const address of ['2001:db8:0:7::1', '2001:0DB8::7:ffff:0:0:1', '2001:db8:0:7:1:2:3:4', '2001:db8:0:7::%eth0'])
      expect([address, networkOf(address)]).toEqual([address, '2001:db8:0:7::/64']);
    expect(networkOf('2001:db8:0:8::1')).toBe('2001:db8:0:8::/64');
    expect(networkOf('::1')).toBe('0:0:0:0::/64');
  });

  it('returns anything else as it is', () => {
    expect([networkOf(''), networkOf('unknown')]).toEqual(['', 'unknown']);
  });
});
