import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../testing/fuzz/index.js';
import { decodeAmf, encodeAmf, FormatError, type AmfObject, type AmfValue } from './index.js';

const amfValue: fc.Arbitrary<AmfValue> = fc.letrec<{ value: AmfValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.double({ noNaN: true }),
    fc.boolean(),
    fc.string({ unit: 'grapheme' }),
    fc.constant(null),
    fc.constant(undefined),
    fc.array(tie('value'), { maxLength: 5 }),
    fc
      .dictionary(fc.string({ minLength: 1, unit: 'grapheme' }), tie('value'), { maxKeys: 5, noNullPrototype: false })
      .map((object) => object as AmfObject),
  ),
})).value;

describe('AMF0', () => {
  it('decodes what it encoded', () => {
    fc.assert(
      fc.property(fc.array(amfValue, { maxLength: 5 }), (values) => {
        expect(decodeAmf(encodeAmf(...values))).toEqual(values);
      }),
    );
  });

  it('turns any bytes into values or a FormatError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(0, 3, 8, 10, 12), (bytes, marker) => {
        try {
          decodeAmf(Buffer.from([marker, ...bytes]));
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: fuzzRuns(5000) },
    );
  });

  it('rejects values that nest too deep or claim to be too many', () => {
    expect(() => decodeAmf(Buffer.concat(Array.from({ length: 40 }, () => Buffer.from([10, 0, 0, 0, 1]))))).toThrow('too deep');
    expect(() => decodeAmf(Buffer.from([10, 255, 255, 255, 255, ...Array.from({ length: 9000 }, () => 5)]))).toThrow('too many');
  });

  it('keeps foreign names away from prototypes', () => {
    const name = Buffer.from('__proto__');
    const bytes = Buffer.from([3, 0, name.length, ...name, 3, 0, 1, 120, 5, 0, 0, 9, 0, 0, 9]);
    const [object] = decodeAmf(bytes);
    expect(Object.keys(object as AmfObject)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('reads an ECMA array with a wrong count and no end, as encoders write them', () => {
    const bytes = Buffer.from([8, 0, 0, 0, 0, 0, 1, 97, 0, ...Buffer.from('3ff0000000000000', 'hex')]);
    expect(decodeAmf(bytes)).toEqual([{ a: 1 }]);
  });
});

describe('AMF3, as used inside commands', () => {
  const decode = (...bytes: number[]) => decodeAmf(Buffer.from([17, ...bytes]))[0];
  const text = (value: string) => [value.length * 2 + 1, ...Buffer.from(value)];

  it('reads every kind of value', () => {
    expect([decode(0), decode(1), decode(2), decode(3)]).toEqual([undefined, null, false, true]);
    expect([decode(4, 5), decode(4, 0x81, 0), decode(4, 0xff, 0xff, 0xff, 0xff)]).toEqual([5, 128, -1]);
    expect(decode(5, 0x40, 0x09, 0, 0, 0, 0, 0, 0)).toBe(3.125);
    expect(decode(6, ...text('live'))).toBe('live');
    expect(decode(8, 1, 0, 0, 0, 0, 0, 0, 0, 0)).toEqual(new Date(0));
    expect(decode(9, 5, 1, 4, 1, 4, 2)).toEqual([1, 2]);
    expect(decode(12, 5, 65, 66)).toBe('AB');
  });

  it('reads objects with sealed and dynamic members, and their references', () => {
    const app = [...text('app'), 6, ...text('live')];
    const dynamic = [10, 0x0b, 1, ...app, ...text('same'), 6, 2, 1];
    expect(decode(...dynamic)).toEqual({ app: 'live', same: 'live' });
    const sealed = [10, 0x13, 1, ...text('x'), 4, 7];
    expect(decode(...sealed)).toEqual({ x: 7 });
    expect(decode(9, 5, 1, ...sealed, 10, 1, 4, 8)).toEqual([{ x: 7 }, { x: 8 }]);
  });

  it('turns any bytes into a value or a FormatError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(6, 8, 9, 10, 12), (bytes, marker) => {
        try {
          decode(marker, ...bytes);
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: fuzzRuns(5000) },
    );
  });
});
