import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  boundedRecord,
  bridgeCalls,
  BRIDGE_EVENT_MAX_BYTES,
  bridgeEvents,
  JoinClaims,
  MAX_MIX_ENTRIES,
  Mix,
  RequestFrame,
  requests,
  unboundedPaths,
} from './index.js';

describe('what others send', () => {
  it.each(Object.entries({ ...requests, ...bridgeCalls }))(
    'has a bound on every string, array and record: %s',
    (_name, { data, maxBytes }) => {
      expect(unboundedPaths(data)).toEqual([]);
      expect(maxBytes).toBeGreaterThan(0);
    },
  );

  it('has bounds in the token and the envelope too; only the data, which its own schema parses, is open there', () => {
    expect(unboundedPaths(JoinClaims)).toEqual([]);
    expect(unboundedPaths(RequestFrame)).toEqual(['data']);
  });

  it('has a largest size for every event of a bridge', () => {
    expect(Object.keys(BRIDGE_EVENT_MAX_BYTES).sort()).toEqual(Object.keys(bridgeEvents).sort());
  });
});

describe('a search for unbounded parts', () => {
  const text = z.string().max(3);
  it.each([
    [z.string(), ['(root)']],
    [z.string().regex(/^a$/), ['(root)']],
    [z.string().length(3), []],
    [z.object({ a: z.string().min(1), b: text, c: z.number() }), ['a']],
    [z.object({ a: z.object({ b: z.array(z.string()) }) }), ['a.b', 'a.b[]']],
    [z.array(text).max(2).default([]), []],
    [z.array(text).optional(), ['(root)']],
    [z.record(text, z.number()), ['(root)']],
    [z.partialRecord(z.enum(['a', 'b']), text), []],
    [z.object({ a: boundedRecord(z.string(), z.unknown(), 3) }), ['a{key}', 'a{}']],
    [z.union([z.literal('*'), z.string()]).nullable(), ['(root)']],
    [
      z
        .string()
        .max(9)
        .transform((value) => value.trim())
        .pipe(z.string().min(1)),
      [],
    ],
    [z.preprocess((value) => value, z.string()), ['(root)']],
    [z.custom<Uint8Array>(), ['(root)']],
    [z.looseObject({ a: text }), ['.*']],
  ])('finds them: %#', (schema, paths) => {
    expect(unboundedPaths(schema)).toEqual(paths);
  });

  it('fails on a kind of schema that it does not know', () => {
    expect(() => unboundedPaths(z.map(text, text))).toThrow('"map"');
  });
});

describe('a bounded record', () => {
  it('is counted before its entries are parsed', () => {
    let parsed = 0;
    const counted = boundedRecord(
      z.string().max(8),
      z.number().refine(() => ++parsed > 0),
      3,
    );
    expect(counted.parse({ a: 1, b: 2, c: 3 })).toEqual({ a: 1, b: 2, c: 3 });
    expect(parsed).toBe(3);
    expect(counted.safeParse({ a: 1, b: 2, c: 3, d: 4 }).error?.issues[0]?.message).toBe('expected at most 3 entries');
    expect(parsed).toBe(3);
    for (const other of [null, 7, 'text', undefined]) expect(counted.safeParse(other).success).toBe(false);
  });

  it('keeps a mix small', () => {
    const mix = Object.fromEntries(
      Array.from({ length: MAX_MIX_ENTRIES + 1 }, (_, index) => [`p${index}:camera`, { gainDb: 0, muted: false }]),
    );
    expect(Mix.safeParse(mix).success).toBe(false);
  });
});
