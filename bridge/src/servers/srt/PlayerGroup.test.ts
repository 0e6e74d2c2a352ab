import { describe, expect, it } from 'vitest';
import { makeMediaTag, TsDemuxer, type FlvTag } from '../../media/formats/index.js';
import { encodeTags } from '../../hub/stream/index.js';
import { PlayerGroup } from './PlayerGroup.js';

const SPS_PPS = Buffer.from('0164001fffe1001c6764001facd9405005bb016a02020280000003008000001e078c18cb01000568ebecb22c', 'hex');
const config = makeMediaTag({ codec: 'h264', isConfig: true, isKeyFrame: true, dtsMs: 0, compositionMs: 0, data: SPS_PPS });

function picture(dtsMs: number, isKeyFrame: boolean, bytes: number): FlvTag {
  const data = Buffer.alloc(4 + bytes, 0x55);
  data.writeUInt32BE(bytes, 0);
  data[4] = isKeyFrame ? 0x65 : 0x41;
  return makeMediaTag({ codec: 'h264', isConfig: false, isKeyFrame, dtsMs, compositionMs: 0, data });
}

/** One second at 25 fps: a key frame of 100 kB, then 4 kB per frame. */
const second = (startMs: number) =>
  Array.from({ length: 25 }, (_, index) => picture(startMs + index * 40, index === 0, index === 0 ? 100_000 : 4000));

function player() {
  const got: Buffer[] = [];
  const state = { got, isGone: false };
  return { state, send: (payload: Buffer) => got.push(payload), disconnect: () => (state.isGone = true) };
}
const picturesOf = (got: Buffer[]) => {
  const demuxer = new TsDemuxer();
  return [...got.flatMap((payload) => demuxer.push(payload)), ...demuxer.flush()].filter((tag) => tag.kind === 'video' && !tag.isConfig);
};

describe('players of one stream', () => {
  it('start with the last GOP, paced, in shared datagrams', () => {
    const group = new PlayerGroup();
    group.push(encodeTags([config, ...second(0)]), 0);
    const [one, two] = [player(), player()];
    group.join(1, one, 1_000_000);
    group.join(2, two, 1_000_000);
    group.tick(1_010_000);
    const atOnce = one.state.got.reduce((sum, payload) => sum + payload.length, 0);
    expect(atOnce).toBeLessThan(90_000);
    for (let ms = 1020; ms < 1400; ms += 10) group.tick(ms * 1000);
    const times = picturesOf(one.state.got).map((tag) => tag.dtsMs);
    expect([times.length, picturesOf(one.state.got)[0]?.isKeyFrame]).toEqual([25, true]);
    expect(one.state.got.every((payload, index) => payload === two.state.got[index])).toBe(true);
    expect(Math.max(...one.state.got.map((payload) => payload.length))).toBe(1316);
    expect(one.state.got.every((payload) => payload.length % 188 === 0 && payload[0] === 0x47)).toBe(true);
  });

  it('wait for a key frame when there is no GOP', () => {
    const group = new PlayerGroup();
    const early = player();
    group.push(encodeTags([config]), 0);
    group.join(1, early, 0);
    group.push(encodeTags(second(0).slice(1, 5)), 10_000);
    group.tick(50_000);
    expect(early.state.got).toEqual([]);
    group.push(encodeTags(second(1000)), 100_000);
    for (let ms = 110; ms < 400; ms += 10) group.tick(ms * 1000);
    expect(picturesOf(early.state.got)[0]).toMatchObject({ isKeyFrame: true, dtsMs: 1000 });
  });

  it('receive the rest at the end and are then disconnected', () => {
    const group = new PlayerGroup();
    const last = player();
    group.join(1, last, 0);
    group.push(encodeTags([config, ...second(0)]), 0);
    group.end();
    for (let ms = 10; ms < 600 && !last.state.isGone; ms += 10) group.tick(ms * 1000);
    expect([last.state.isGone, picturesOf(last.state.got).length]).toEqual([true, 25]);
    group.leave(1);
    expect(group.isOver).toBe(true);
  });
});
