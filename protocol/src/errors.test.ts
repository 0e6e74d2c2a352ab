import { describe, expect, it } from 'vitest';
import { LianmaiError, toLianmaiError } from './errors.js';

describe('anything thrown', () => {
  it('stays what it is, or is an internal error whose text goes nowhere', () => {
    const known = new LianmaiError('NOT_FOUND');
    expect(toLianmaiError(known)).toBe(known);
    for (const thrown of [new Error('a secret'), 'a secret', null, { code: 'EACCES' }]) {
      const error = toLianmaiError(thrown);
      expect([error.code, JSON.stringify(error.toWire()).includes('secret'), error.cause]).toEqual(['INTERNAL', false, thrown]);
    }
  });

  it.each(['ENOSPC', 'EDQUOT', 'EFBIG', 'SQLITE_FULL'])('is DISK_FULL if %s is at the bottom of it', (code) => {
    const bottom = Object.assign(new Error('no space'), { code });
    expect(toLianmaiError(bottom).code).toBe('DISK_FULL');
    expect(toLianmaiError(new Error('not saved', { cause: new Error('not written', { cause: bottom }) })).code).toBe('DISK_FULL');
  });

  it('may name itself as its own cause', () => {
    const loop = new Error('loop');
    loop.cause = loop;
    expect(toLianmaiError(loop).code).toBe('INTERNAL');
  });
});
