import { createLog } from '@lianmai/kit';
import { RtpTrack, SourceId, type SfuFeedTrack } from '@lianmai/protocol';
import fc from 'fast-check';
import { afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  AVC_NAL,
  avcNalType,
  buildOpusHead,
  joinLengthPrefixed,
  makeMediaTag,
  readFlvBody,
  splitLengthPrefixed,
  type FlvTag,
} from '../../media/formats/index.js';
import { Gate } from '../../hub/gate/index.js';
import { SfuIngests } from '../in/index.js';
import { FrameAssembler } from '../../media/rtp/index.js';
import { StreamHub, type Stream } from '../../hub/stream/index.js';
import { encodeFlv, LoopedBroadcast } from '../../testing/index.js';
import { asksForKeyFrame } from './asksForKeyFrame.js';
import { MAX_PAYLOAD_BYTES, packetiseH264, parameterSetsOf } from './h264Packets.js';
import { SfuFeeds } from './index.js';

const log = createLog('test', 'silent');

describe('H.264 in RTP', () => {
  const nal = (type: number, bytes: number) => Buffer.concat([Buffer.from([0x60 | type, 0x80]), Buffer.alloc(bytes, 0xab)]);

  it('survives packetisation unchanged at any size', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 6000 }), { minLength: 1, maxLength: 6 }), (sizes) => {
        const nals = sizes.map((bytes) => nal(AVC_NAL.idr, bytes));
        const sets = [nal(AVC_NAL.sps, 20), nal(AVC_NAL.pps, 4)];
        const payloads = packetiseH264(joinLengthPrefixed(nals), sets);
        expect(payloads.every(({ length }) => length <= MAX_PAYLOAD_BYTES)).toBe(true);
        const frames: Buffer[] = [];
        const assembler = new FrameAssembler('H264', {
          onFrame: ({ chunks, isKeyFrame }) => frames.push(Buffer.concat(chunks)) && expect(isKeyFrame).toBe(true),
          onKeyFrameNeeded: () => undefined,
        });
        payloads.forEach((payload, index) =>
          assembler.push({ payload, payloadType: 1, ssrc: 1, sequence: index, timestamp: 5, hasMarker: index === payloads.length - 1 }),
        );
        const code = Buffer.from([0, 0, 0, 1]);
        const whole = Buffer.concat([...sets, ...nals].flatMap((one) => [code, one]));
        expect(frames.map((frame) => frame.equals(whole))).toEqual([true]);
      }),
      { numRuns: 60 },
    );
  });

  it('drops delimiters and repeated parameter sets', () => {
    const picture = joinLengthPrefixed([nal(AVC_NAL.aud, 1), nal(AVC_NAL.sps, 9), nal(AVC_NAL.pps, 2), nal(AVC_NAL.slice, 50)]);
    expect(packetiseH264(picture, []).map(avcNalType)).toEqual([AVC_NAL.slice]);
  });

  it('parses arbitrary records and RTCP packets safely', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(parameterSetsOf(Buffer.from(bytes)).length).toBeLessThan(300);
        asksForKeyFrame(Buffer.from(bytes));
      }),
    );
    expect(asksForKeyFrame(Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 1, 0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2]))).toBe(true);
    expect(asksForKeyFrame(Buffer.from([0x80, 201, 0, 1, 0, 0, 0, 1]))).toBe(false);
  });
});

describe('a stream sent out as RTP and ingested again', () => {
  let tags: FlvTag[];
  const undo: (() => unknown)[] = [];
  beforeAll(async () => {
    const video = (await encodeFlv({ seconds: 2, size: '320x180', gop: 30, hasAudio: false })).filter(({ kind }) => kind === 'video');
    const sound = Array.from({ length: 100 }, (_, index) => {
      // One 20 ms CELT frame.
      const data = Buffer.concat([Buffer.from([0xfc]), Buffer.alloc(40, index)]);
      return makeMediaTag({ codec: 'opus', dtsMs: index * 20, data });
    });
    const head = makeMediaTag({ codec: 'opus', dtsMs: 0, data: buildOpusHead({ channels: 2 }), isConfig: true });
    tags = [head, ...[...video, ...sound].sort((a, b) => a.dtsMs - b.dtsMs)];
  });
  afterEach(async () => {
    for (const one of undo.splice(0).reverse()) await one();
  });

  function build() {
    const hub = new StreamHub();
    const announced: { name: string; data: Record<string, unknown> }[] = [];
    const announce = (name: string, data: object) => void announced.push({ name, data: data as Record<string, unknown> });
    const gate = new Gate({ authorise: () => Promise.resolve({ onTaken: 'refuse', resumeGraceMs: 5000, srtPassphrase: null }) });
    const ingests = new SfuIngests({ gate, hub, rtpIp: '127.0.0.1', announce, log });
    const unchanged = { openRendition: (source: Stream) => source, passesPictures: () => true };
    const feeds = new SfuFeeds({
      hub,
      ...unchanged,
      requestKeyFrame: (key) => ingests.requestKeyFrame(key),
      rtpIp: '127.0.0.1',
      announce,
      log,
    });
    undo.push(
      () => hub.close('done'),
      () => feeds.close('done'),
      () => ingests.close('done'),
    );
    return { hub, gate, ingests, feeds, announced };
  }

  const asTrack = ({ kind, codec, ssrc, payloadType }: SfuFeedTrack, id: string) =>
    RtpTrack.parse({
      kind,
      codec,
      ssrc,
      payloadType,
      sourceId: SourceId.parse('x'),
      trackId: `${id}${kind}`,
      rttMs: 1,
      clockRate: kind === 'video' ? 90_000 : 48_000,
      channels: 2,
    });

  it('keeps its video and audio in sync from the last key frame on, and ends cleanly', async () => {
    const { hub, ingests, feeds, announced } = build();
    const publisher = hub.publish({ app: 'live', name: 'in' });
    const broadcast = new LoopedBroadcast(tags, publisher);
    undo.push(() => broadcast.stop());
    await vi.waitFor(() => expect(publisher.stream.lastDtsMs).toBeGreaterThan(400));
    const { tracks } = await feeds.handlers.startSfuFeed({ feedId: 'f', app: 'live', name: 'in' });
    expect(tracks.map(({ codec }) => codec).sort()).toEqual(['H264', 'opus']);
    const { rtp } = await ingests.handlers.startSfuIngest({ ingestId: 'i', app: 'live', name: 'out', ip: '127.0.0.1', params: {} });
    for (const track of tracks) await ingests.handlers.attachToSfuIngest({ ingestId: 'i', track: asTrack(track, 'i') });
    const out = hub.get({ app: 'live', name: 'out' });
    const reader = out?.createReader({ name: 'test', maxQueueBytes: 1e7, maxQueueMs: 1e5, startWithGop: true });
    // The first frame is already there, so nothing needs to be published for it.
    broadcast.stop();
    await feeds.handlers.sendSfuFeed({ feedId: 'f', to: rtp });
    const got: FlvTag[] = [];
    const readUntil = async (isEnough: () => boolean) => {
      while (!isEnough()) got.push(...((await reader?.read(AbortSignal.timeout(60_000))) ?? []));
    };
    await readUntil(() => got.some(({ isKeyFrame }) => isKeyFrame));
    const goesOnMs = (publisher.stream.lastDtsMs ?? 0) + 33;
    const write = (tag: FlvTag) => publisher.write({ ...tag, dtsMs: tag.dtsMs + goesOnMs });
    const more = new LoopedBroadcast(tags, { write, close: () => undefined });
    undo.push(() => more.stop());
    await readUntil(() => got.filter(({ kind }) => kind === 'video').length >= 50);
    const picturesOf = (all: readonly FlvTag[]) =>
      all.flatMap((tag) => {
        const body = tag.kind === 'video' && !tag.isConfig ? readFlvBody(tag) : null;
        const slices = body
          ? splitLengthPrefixed(body.data).filter((one) => [AVC_NAL.slice, AVC_NAL.idr].includes(avcNalType(one) as 1))
          : [];
        return body ? [Buffer.concat(slices).toString('latin1')] : [];
      });
    const sent = new Set(picturesOf(tags));
    expect(picturesOf(got).every((picture) => sent.has(picture))).toBe(true);
    const config = (all: readonly FlvTag[]) => all.find(({ kind, isConfig }) => kind === 'video' && isConfig)?.body.subarray(5, 40);
    expect(config(got)).toEqual(config(tags));
    const times = (kind: FlvTag['kind']) => got.filter((tag) => tag.kind === kind && !tag.isConfig).map(({ dtsMs }) => dtsMs);
    for (const kind of ['video', 'audio'] as const)
      times(kind)
        .slice(1)
        .forEach((ms, index) => expect(ms).toBeGreaterThan(times(kind)[index] ?? 0));
    expect(Math.abs((times('video').at(-1) ?? 0) - (times('audio').at(-1) ?? 0))).toBeLessThan(120);

    await ingests.handlers.stopSfuIngest({ ingestId: 'i', isFinal: true });
    expect(hub.get({ app: 'live', name: 'out' })).toBeUndefined();
    more.stop();
    await publisher.close('over', true);
    await vi.waitFor(() => expect(announced).toContainEqual({ name: 'sfuFeedEnded', data: { feedId: 'f', reason: 'the stream ended' } }));
  });

  it('requests key frames, rejects a second publisher, and ends the stream of a kicked one', async () => {
    const { hub, gate, ingests, feeds, announced } = build();
    const start = (ingestId: string) =>
      ingests.handlers.startSfuIngest({ ingestId, app: 'live', name: 'cam', ip: '127.0.0.1', params: {} });
    await start('one');
    await ingests.handlers.attachToSfuIngest({
      ingestId: 'one',
      track: asTrack({ kind: 'video', codec: 'H264', ssrc: 7, payloadType: 100 }, 'one'),
    });
    expect(announced).toContainEqual({ name: 'sfuIngestKeyFrameNeeded', data: { ingestId: 'one', trackId: 'onevideo' } });
    await expect(start('two')).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(feeds.handlers.startSfuFeed({ feedId: 'f', app: 'live', name: 'nobody' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(gate.kick({ app: 'live', name: 'cam' })).toBe(1);
    await vi.waitFor(() => expect(announced.some(({ name, data }) => name === 'sfuIngestEnded' && data['ingestId'] === 'one')).toBe(true));
    expect(hub.get({ app: 'live', name: 'cam' })).toBeUndefined();
  });
});
