import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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

  it('answers any bytes with values or a FormatError', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), fc.constantFrom(0, 3, 8, 10, 12), (bytes, marker) => {
        try {
          decodeAmf(Buffer.from([marker, ...bytes]));
        } catch (error) {
          expect(error).toBeInstanceOf(FormatError);
        }
      }),
      { numRuns: 5000 },
    );
  });

  it('refuses what nests too deep or promises too much', () => {
    expect(() => decodeAmf(Buffer.concat(Array.from({ length: 40 }, () => Buffer.from([10, 0, 0, 0, 1]))))).toThrow('too deep');
    expect(() => decodeAmf(Buffer.from([10, 255, 255, 255, 255, ...Array.from({ length: 9000 }, () => 5)]))).toThrow('too many');
  });

  it('keeps names from outside away from prototypes', () => {
    const name = Buffer.from('__proto__');
    const bytes = Buffer.from([3, 0, name.length, ...name, 3, 0, 1, 120, 5, 0, 0, 9, 0, 0, 9]);
    const [object] = decodeAmf(bytes);
    expect(Object.keys(object as AmfObject)).toEqual(['__proto__']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  it('reads an ECMA array whose count is wrong and whose end is missing, as encoders write them', () => {
    const bytes = Buffer.from([8, 0, 0, 0, 0, 0, 1, 97, 0, ...Buffer.from('3ff0000000000000', 'hex')]);
    expect(decodeAmf(bytes)).toEqual([{ a: 1 }]);
  });
});
