import { createHmac } from 'node:crypto';
import { Secret } from '@lianmai/kit';
import { StreamName, type LianmaiError } from '@lianmai/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { assertSigned, signPlay } from './index.js';

const secret = new Secret('play-secret');
const cam = { app: 'live', name: 'cam' };
const NOW_S = 1_800_000_000;
function codeOf(params: Record<string, string>, stream = cam, by = secret): string | null {
  try {
    assertSigned(by, stream, params, NOW_S * 1000);
    return null;
  } catch (error) {
    return (error as LianmaiError).code;
  }
}
const name = () => fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/).filter((text) => StreamName.safeParse(text).success);

describe('a signed play URL', () => {
  it('matches what a backend makes by itself', () => {
    const sign = createHmac('sha256', 'play-secret')
      .update(`live/cam:${NOW_S + 60}`)
      .digest('hex');
    expect(signPlay(secret, cam, NOW_S + 60)).toEqual({ expire: String(NOW_S + 60), sign });
    expect(codeOf({ expire: String(NOW_S + 60), sign })).toBeNull();
  });

  it('plays its stream until it expires', () => {
    fc.assert(
      fc.property(name(), name(), fc.integer({ min: -1e6, max: 1e6 }), (app, stream, leftS) => {
        const signed = signPlay(secret, { app, name: stream }, NOW_S + leftS);
        expect(codeOf({ ...signed }, { app, name: stream })).toBe(leftS > 0 ? null : 'TOKEN_EXPIRED');
      }),
    );
  });

  it('plays nothing else: no other stream, time or secret, and no changed character', () => {
    const signed = signPlay(secret, cam, NOW_S + 60);
    fc.assert(
      fc.property(
        name(),
        name(),
        fc.nat(63),
        fc.integer({ min: 1, max: 15 }),
        fc.integer({ min: 1, max: 1e6 }),
        (app, other, at, flip, laterS) => {
          fc.pre(app !== cam.app || other !== cam.name);
          expect(codeOf({ ...signed }, { app, name: other })).toBe('UNAUTHENTICATED');
          const digit = (parseInt(signed.sign.charAt(at), 16) ^ flip).toString(16);
          expect(codeOf({ ...signed, sign: signed.sign.slice(0, at) + digit + signed.sign.slice(at + 1) })).toBe('UNAUTHENTICATED');
          expect(codeOf({ ...signed, expire: String(NOW_S + 60 + laterS) })).toBe('UNAUTHENTICATED');
          expect(codeOf({ ...signed }, cam, new Secret(other))).toBe('UNAUTHENTICATED');
        },
      ),
    );
  });

  it('gets a typed error for arbitrary input', () => {
    const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.constantFrom('-1', '1e9', 'NaN', '9'.repeat(12), '0x7'));
    fc.assert(
      fc.property(text, text, (expire, sign) => {
        expect(codeOf({ expire, sign })).toBe('UNAUTHENTICATED');
      }),
    );
  });
});
