import { describe, expect, it } from 'vitest';
import { ReadReceipts } from './ReadReceipts.js';

const EVERY = 250_000;

/** A server that has sent this many receipts, at regular distances, while so many bytes were written. */
function regular(count: number): { receipts: ReadReceipts; written: number } {
  const receipts = new ReadReceipts();
  for (let index = 1; index <= count; index++) receipts.add(index * EVERY);
  return { receipts, written: count * EVERY };
}

describe('ReadReceipts', () => {
  it('misses a receipt once two of them should have come', () => {
    const { receipts, written } = regular(5);
    expect(receipts.overdueBytes(written + 2 * EVERY)).toBe(0);
    expect(receipts.overdueBytes(written + 3 * EVERY)).toBeGreaterThan(0);
    receipts.add(written + 3 * EVERY);
    expect(receipts.overdueBytes(written + 3 * EVERY)).toBe(0);
  });

  it('expects none from a server that never sent any, or only one', () => {
    for (const count of [0, 1]) expect(regular(count).receipts.overdueBytes(1e9)).toBe(0);
  });

  it('forgets a burst at the beginning', () => {
    const receipts = new ReadReceipts();
    receipts.add(4_000_000);
    for (let index = 1; index <= 4; index++) receipts.add(4_000_000 + index * EVERY);
    expect(receipts.overdueBytes(4_000_000 + 7 * EVERY)).toBeGreaterThan(0);
  });

  it('expects nothing of a server whose counter may have run over, until it has sent receipts again', () => {
    const receipts = new ReadReceipts();
    for (let written = 2 ** 31 - 5 * EVERY; written < 2 ** 31; written += EVERY) receipts.add(written);
    expect(receipts.overdueBytes(2 ** 31 + 1e8)).toBe(0);
    for (let index = 1; index <= 5; index++) receipts.add(2 ** 31 + 1e8 + index * EVERY);
    expect(receipts.overdueBytes(2 ** 31 + 1e8 + 9 * EVERY)).toBeGreaterThan(0);
  });
});
