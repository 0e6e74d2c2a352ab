import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fuzzRuns } from '../../../testing/fuzz/index.js';
import { readText, writeText } from './handshake.js';
import { parseStreamId } from './streamId.js';

const publish = { action: 'publish', app: 'live', name: 'cam' };
const play = { action: 'play', app: 'live', name: 'cam' };

describe('stream ids', () => {
  it.each([
    ['#!::r=live/cam,m=publish,key=k1', { ...publish, params: { key: 'k1' } }],
    ['#!::m=publish,r=cam', { ...publish, params: {} }],
    ['#!::r=/live/cam,m=request,u=me,h=host,s=1,t=stream,sign=a=b', { ...play, params: { sign: 'a=b' } }],
    ['#!::r=live/cam', { ...play, params: {} }],
    ['publish/live/cam?key=k1', { ...publish, params: { key: 'k1' } }],
    ['publish:live/cam', { ...publish, params: {} }],
    ['publish:cam', { ...publish, params: {} }],
    ['read:live/cam?token=t', { ...play, params: { token: 't' } }],
    ['live/cam?m=publish&key=k1', { ...publish, params: { key: 'k1' } }],
    ['live/cam', { ...play, params: {} }],
    ['cam', { ...play, params: {} }],
    ['publish/cam', { action: 'play', app: 'publish', name: 'cam', params: {} }],
  ])('%s', (text, request) => expect(parseStreamId(text)).toEqual(request));

  it.each([
    '',
    '#!::',
    '#!::m=publish',
    '#!::r=a/b/c',
    '#!::r=../x',
    '#!::r=cam,m=delete',
    '#!::r=cam,r=two',
    '#!::r=ca m',
    'a/b/c/d',
    'cam\0',
    '<script>',
  ])('refuses %j', (text) => expect(parseStreamId(text)).toBeNull());

  it('survives any text, and accepts only safe names', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `#!::r=${text}`),
          fc.string().map((text) => `publish:${text}`),
        ),
        (text) => {
          const request = parseStreamId(text);
          if (request) expect(`${request.app}/${request.name}`).toMatch(/^[A-Za-z0-9_-]+\/[A-Za-z0-9_-]+$/);
        },
      ),
      { numRuns: fuzzRuns(20_000) },
    );
  });

  it('travel with reversed words', () => {
    expect(writeText('abcde')).toEqual(Buffer.from('dcba\0\0\0e'));
    fc.assert(
      fc.property(
        fc.string({ maxLength: 120 }).filter((text) => !text.endsWith('\0')),
        (text) => {
          expect(readText(writeText(text))).toBe(text);
        },
      ),
    );
    expect(readText(Buffer.alloc(516))).toBeNull();
    expect(readText(Buffer.from([0xff, 0xff, 0xff, 0xff]))).toBeNull();
  });
});
