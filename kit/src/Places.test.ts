import { describe, expect, it, vi } from 'vitest';
import { Places } from './Places.js';

const A = '10.0.0.1';
const B = '10.0.0.2';
const code = (take: () => unknown): string => {
  try {
    take();
    return 'taken';
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('Places', () => {
  it('gives one address only some of them', () => {
    const places = new Places({ name: 'players', total: 3, perAddress: 2 });
    const [first] = [places.take(A), places.take(A)];
    const next = [A, B, B].map((address) => code(() => places.take(address)));
    expect(next).toEqual(['RATE_LIMITED', 'taken', 'OVERLOADED']);
    first?.();
    first?.();
    expect([places.taken, code(() => places.take(A)), code(() => places.take(A))]).toEqual([2, 'taken', 'RATE_LIMITED']);
  });

  it('counts the addresses of a /64 as one', () => {
    const places = new Places({ name: 'players', total: 10, perAddress: 1 });
    places.take('2001:db8::1');
    expect([code(() => places.take('2001:db8::2')), code(() => places.take('2001:db8:0:1::2'))]).toEqual(['RATE_LIMITED', 'taken']);
  });

  it('keeps some for publishers, in all and of each address', () => {
    const places = new Places({ name: 'connections', total: 10, perAddress: 5, keptForPublishers: 0.2 });
    for (const address of [A, A, A, A, B, B, B, B]) places.take(address, 'play');
    expect([code(() => places.take(A, 'play')), code(() => places.take('10.0.0.3', 'play'))]).toEqual(['RATE_LIMITED', 'OVERLOADED']);
    expect([code(() => places.take(A, 'publish')), code(() => places.take('10.0.0.3', 'publish'))]).toEqual(['taken', 'taken']);
  });

  it('logs the refusals of an address once', () => {
    const log = { warn: vi.fn() };
    const places = new Places({ name: 'players', total: 5, perAddress: 1, setting: 'rtmp.maxPerAddress', log });
    places.take(A);
    for (let time = 0; time < 50; time++) code(() => places.take(A));
    const fields = expect.objectContaining({ address: A, code: 'RATE_LIMITED' }) as unknown;
    expect(log.warn.mock.calls).toEqual([[fields, 'refused: too many players']]);
  });
});
