import fc from 'fast-check';
import { expect, it } from 'vitest';
import { makeTag } from '../../media/formats/index.js';
import { encodeTags, TagBatcher, decodeTags } from './tagTransfer.js';

const tag = fc
  .tuple(
    fc.constantFrom('video' as const, 'audio' as const, 'data' as const),
    fc.nat(2 ** 40),
    fc.uint8Array({ minLength: 1, maxLength: 50 }),
  )
  .map(([kind, dtsMs, body]) => makeTag(kind, dtsMs, Buffer.from(body)));

it('transfers tags unchanged', () => {
  fc.assert(
    fc.property(fc.array(tag), (tags) => {
      expect(decodeTags(encodeTags(tags))).toEqual(tags);
    }),
  );
});

it('delivers a batch with each video frame, and the rest on flush', () => {
  const deliveries: string[][] = [];
  const batcher = new TagBatcher((bytes) => deliveries.push(decodeTags(bytes).map(({ kind }) => kind)));
  const make = (kind: 'video' | 'audio') => makeTag(kind, 0, Buffer.of(0x17, 1, 0));
  batcher.add([make('audio')]);
  batcher.add([make('audio')]);
  batcher.add([make('video'), make('audio')]);
  batcher.add([make('audio')]);
  batcher.flush();
  batcher.flush();
  expect(deliveries).toEqual([['audio', 'audio', 'video', 'audio'], ['audio']]);
});
