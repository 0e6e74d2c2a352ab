import { describe, expect, it } from 'vitest';
import { affordableConnections, assertDescriptorsFree, descriptorLimit } from './descriptors.js';

describe('descriptors', () => {
  it('leaves more than half of them to files and processes', () => {
    expect([affordableConnections(5000, 400), affordableConnections(5000, 1_000_000), affordableConnections(5000, Infinity)]).toEqual([
      160, 5000, 5000,
    ]);
    expect(descriptorLimit()).toBeGreaterThan(100);
  });

  it('refuses new work when too few are free', () => {
    expect(() => assertDescriptorsFree(Infinity)).not.toThrow();
    expect(() => assertDescriptorsFree(20)).toThrow('too many files and connections open');
  });
});
