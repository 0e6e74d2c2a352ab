import { createLog } from '@lianmai/kit';
import { SourceId, type RtpTrack } from '@lianmai/protocol';
import { expect, it } from 'vitest';
import { SourceSet } from './SourceSet.js';
import { SyntheticSource } from './testing/index.js';

const [A, B] = [SourceId.parse('a:camera'), SourceId.parse('b:camera')];
const trackOf = (sourceId: SourceId, trackId: string): RtpTrack => ({
  ...{ sourceId, trackId, kind: 'audio', codec: 'opus', ssrc: 1, payloadType: 111, clockRate: 48_000, channels: 2, rttMs: null },
});
const open = () => new SourceSet({ create: (id) => new SyntheticSource(id, 0), log: createLog('test', 'silent') });

it('creates the sources a scene names, and ends them one tick after a scene without them', () => {
  const set = open();
  set.expect([A, B]);
  const a = set.byId.get(A);
  set.expect([B]);
  expect([...set.byId.keys()]).toEqual([A, B]);
  expect(set.endLeaving()).toEqual([A]);
  expect([...set.byId.keys()]).toEqual([B]);
  set.expect([]);
  set.expect([A, B]);
  expect(set.endLeaving()).toEqual([]);
  expect(set.byId.get(A)).not.toBe(a);
});

it('keeps a source with tracks before any scene names it, and ends it with its last track', () => {
  const set = open();
  set.attach(trackOf(A, 'one'));
  set.attach(trackOf(A, 'two'));
  set.expect([B]);
  set.detach('one');
  expect(set.endLeaving()).toEqual([]);
  set.detach('two');
  set.detach('unknown');
  expect(set.endLeaving()).toEqual([A]);
  set.expect([A]);
  set.attach(trackOf(A, 'three'));
  set.detach('three');
  expect(set.endLeaving()).toEqual([B]);
  expect([...set.byId.keys()]).toEqual([A]);
});
