import fc from 'fast-check';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { makeTag } from '../../media/formats/index.js';
import { StreamHub, type MediaTag, type Reader, type ReaderOptions } from './index.js';
import { Stream } from './Stream.js';

const ref = { app: 'live', name: 'room' };
const OPTIONS: ReaderOptions = { name: 'test', maxQueueBytes: 10_000, maxQueueMs: 5000, startWithGop: true };
const never = new AbortController().signal;

const video = (dtsMs: number, isKey = false, bytes = 10): MediaTag =>
  makeTag('video', dtsMs, Buffer.concat([Buffer.from([isKey ? 0x17 : 0x27, 1, 0, 0, 0]), Buffer.alloc(bytes)]));
const audio = (dtsMs: number): MediaTag => makeTag('audio', dtsMs, Buffer.from([0xaf, 1, 1, 2, 3]));
const videoConfig = (value = 1) => makeTag('video', 0, Buffer.from([0x17, 0, 0, 0, 0, value]));
const audioConfig = () => makeTag('audio', 0, Buffer.from([0xaf, 0, 0x11, 0x90]));
const metadata = () => makeTag('data', 0, Buffer.concat([Buffer.from([2, 0, 10]), Buffer.from('onMetaData'), Buffer.from([5])]));
const start = () => [metadata(), videoConfig(), audioConfig()];

const shape = (tags: MediaTag[] | null) =>
  tags?.map((tag) => `${tag.isConfig ? 'c' : tag.isKeyFrame ? 'K' : ''}${tag.kind[0]}${tag.dtsMs}`) ?? null;
const readNow = async (reader: Reader) => shape(await reader.read(AbortSignal.timeout(50)).catch(() => []));

describe('Stream', () => {
  it('gives a late reader metadata, configs and the last GOP with matching times and shared bytes', async () => {
    const hub = new StreamHub();
    const publisher = hub.publish(ref);
    const key = video(2000, true);
    for (const tag of [...start(), video(0, true), video(33), key, audio(2010), video(2033)]) publisher.write(tag);
    const tags = await publisher.stream.createReader(OPTIONS).read(never);
    expect(shape(tags)).toEqual(['d2000', 'cv2000', 'ca2000', 'Kv2000', 'a2010', 'v2033']);
    expect(tags?.[3]?.body).toBe(key.body);
  });

  it('starts a reader without the GOP at the next key frame', async () => {
    const publisher = new StreamHub().publish(ref);
    for (const tag of [...start(), video(0, true)]) publisher.write(tag);
    const reader = publisher.stream.createReader({ ...OPTIONS, startWithGop: false });
    const read = reader.read(never);
    for (const tag of [video(33), audio(40), video(2000, true)]) publisher.write(tag);
    expect(shape(await read)).toEqual(['d2000', 'cv2000', 'ca2000', 'Kv2000']);
  });

  it('queues nothing before the first read', async () => {
    const publisher = new StreamHub().publish(ref);
    const reader = publisher.stream.createReader(OPTIONS);
    for (const tag of [...start(), video(0, true), video(33), video(2000, true)]) publisher.write(tag);
    expect(reader.stats.queuedBytes).toBe(0);
    expect((await readNow(reader))?.[3]).toBe('Kv2000');
  });

  it('drops repeated configs and sequence ends, and passes on changed configs', async () => {
    const publisher = new StreamHub().publish(ref);
    for (const tag of [...start(), video(0, true)]) publisher.write(tag);
    const reader = publisher.stream.createReader(OPTIONS);
    await reader.read(never);
    publisher.write(makeTag('video', 30, Buffer.from([0x17, 2, 0, 0, 0])));
    for (const tag of [...start(), video(66, true), videoConfig(2), video(99, true)]) publisher.write(tag);
    expect(await readNow(reader)).toEqual(['Kv66', 'cv66', 'Kv99']);
  });

  it('moves a slow reader to the last key frame with the current config, and counts dropped tags', async () => {
    const publisher = new StreamHub().publish(ref);
    const reader = publisher.stream.createReader({ ...OPTIONS, maxQueueBytes: 2000 });
    for (const tag of start()) publisher.write(tag);
    void reader.read(never).then(() => undefined);
    publisher.write(video(0, true, 500));
    await Promise.resolve();
    await Promise.resolve();
    for (const tag of [video(33, false, 500), videoConfig(2), video(66, true, 500), video(99, false, 500), video(133, false, 900)])
      publisher.write(tag);
    expect(await readNow(reader)).toEqual(['d66', 'cv66', 'ca66', 'Kv66', 'v99', 'v133']);
    expect(reader.stats.droppedTags).toBe(2);
    for (const tag of [video(166, false, 1500), video(200, false, 600), audio(210), video(2000, true)]) publisher.write(tag);
    expect(await readNow(reader)).toEqual(['d2000', 'cv2000', 'ca2000', 'Kv2000']);
    expect(reader.stats.droppedTags).toBe(5);
  });

  it('lets readers enter an audio-only stream anywhere', async () => {
    const publisher = new StreamHub().publish(ref);
    for (const tag of [audioConfig(), audio(0), audio(500), audio(1600), audio(1700)]) publisher.write(tag);
    expect(shape(await publisher.stream.createReader(OPTIONS).read(never))).toEqual(['ca1600', 'a1600', 'a1700']);
  });

  it('ends: readers drain their queue, then always get null; a signal aborts a read', async () => {
    const hub = new StreamHub();
    const publisher = hub.publish(ref);
    const reader = publisher.stream.createReader(OPTIONS);
    const waiting = reader.read(never);
    for (const tag of [...start(), video(0, true)]) publisher.write(tag);
    await publisher.close('end');
    expect((await waiting)?.length).toBe(4);
    expect(await reader.read(never)).toBeNull();
    expect(await reader.read(never)).toBeNull();
    expect(await publisher.stream.createReader(OPTIONS).read(never)).toBeNull();
    const other = hub.publish(ref).stream.createReader(OPTIONS);
    const abort = new AbortController();
    const aborted = other.read(abort.signal);
    abort.abort(new Error('aborted'));
    await expect(aborted).rejects.toThrow('aborted');
    await other.close('done');
    expect(await other.read(never)).toBeNull();
  });

  it('never exceeds its limits, and never delivers video before a key frame', async () => {
    const step = fc.record({ isKey: fc.boolean(), isAudio: fc.boolean(), bytes: fc.integer({ min: 0, max: 800 }), reads: fc.boolean() });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
        const publisher = new StreamHub().publish(ref);
        for (const tag of start()) publisher.write(tag);
        const reader = publisher.stream.createReader({ ...OPTIONS, maxQueueBytes: 1500, maxQueueMs: 500 });
        let pending = reader.read(never);
        let seen: MediaTag[] = [];
        for (const [index, { isKey, isAudio, bytes, reads }] of steps.entries()) {
          publisher.write(isAudio ? audio(index * 33) : video(index * 33, isKey, bytes));
          expect(reader.stats.queuedBytes).toBeLessThanOrEqual(1500);
          if (!reads || reader.stats.queuedBytes === 0) continue;
          seen = seen.concat((await pending) ?? []);
          pending = reader.read(never);
        }
        await reader.close('done');
        seen = seen.concat((await pending) ?? []);
        const media = seen.filter((tag) => tag.kind === 'video' && !tag.isConfig);
        expect(media[0]?.isKeyFrame ?? true).toBe(true);
        const times = media.map((tag) => tag.dtsMs);
        expect(times).toEqual([...times].sort((a, b) => a - b));
      }),
    );
  });
});

describe('StreamHub', () => {
  it('allows one publisher per stream, and announces its start and end', async () => {
    const hub = new StreamHub();
    const events: string[] = [];
    hub.on('published', (stream) => events.push(`+${stream.key}`)).on('unpublished', (stream) => events.push(`-${stream.key}`));
    const publisher = hub.publish(ref);
    expect(() => hub.publish(ref)).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
    expect(hub.get(ref)).toBe(publisher.stream);
    await publisher.close('end');
    await publisher.close('again');
    expect(hub.get(ref)).toBeUndefined();
    hub.publish(ref);
    hub.close('shutdown');
    expect(events).toEqual(['+live/room', '-live/room', '+live/room', '-live/room']);
  });

  it('does not hand the name of a stream that waits for its publisher to one that starts its own', async () => {
    const hub = new StreamHub();
    const first = hub.publish(ref, { resumeGraceMs: 60_000 });
    await first.close('lost');
    expect(() => hub.publish(ref, { resumes: false })).toThrow(expect.objectContaining({ code: 'CONFLICT' }));
    expect(hub.publish(ref).stream).toBe(first.stream);
    hub.end(ref, 'done');
    expect(hub.publish(ref, { resumes: false }).stream).not.toBe(first.stream);
  });

  it('keeps stream, readers and timeline for a publisher that returns within the grace period', async () => {
    const hub = new StreamHub();
    const first = hub.publish(ref, { resumeGraceMs: 60_000 });
    for (const tag of [...start(), video(0, true), video(1000)]) first.write(tag);
    const reader = first.stream.createReader(OPTIONS);
    await reader.read(never);
    await first.close('lost');
    expect(hub.get(ref)).toBe(first.stream);
    const second = hub.publish(ref);
    first.write(video(1033));
    for (const tag of [...start(), video(0, true), video(33)]) second.write(tag);
    expect(second.stream).toBe(first.stream);
    expect(await readNow(reader)).toEqual(['Kv1040', 'v1073']);
    await second.close('end');
    expect(await reader.read(never)).toBeNull();
  });
});

describe('publisher timestamps', () => {
  const times = (leaps: readonly number[]) => {
    const publisher = new StreamHub().publish(ref);
    return leaps.map((dtsMs) => {
      publisher.write(video(dtsMs, true));
      return publisher.stream.gop.at(-1)?.dtsMs;
    });
  };

  it('continue when a counter wraps, a clock is set or a file restarts', () => {
    expect(times([0, 40, 4_294_967_000, 4_294_967_040, 10, 50])).toEqual([0, 40, 80, 120, 160, 200]);
    expect(times([5000, 5040, 0, 40])).toEqual([5000, 5040, 5080, 5120]);
  });

  it('keep gaps and small disorder', () => {
    expect(times([0, 40, 9000, 8980, 9040])).toEqual([0, 40, 9000, 8980, 9040]);
  });
});

describe('whenPublished', () => {
  it('resolves once the stream exists, and can be aborted', async () => {
    const hub = new StreamHub();
    const waiting = hub.whenPublished(ref, never);
    const { stream } = hub.publish(ref);
    expect(await waiting).toBe(stream);
    expect(await hub.whenPublished(ref, never)).toBe(stream);
    const abort = new AbortController();
    const aborted = hub.whenPublished({ app: 'live', name: 'none' }, abort.signal);
    abort.abort(new Error('gone'));
    await expect(aborted).rejects.toThrow('gone');
    expect(hub.listenerCount('published')).toBe(0);
  });
});

it.each([400, -400])('knows its age when the clock leaps by %i days', (days) => {
  onTestFinished(() => void vi.useRealTimers());
  vi.useFakeTimers();
  const source = new Stream({ app: 'live', name: 'source' });
  vi.advanceTimersByTime(1000);
  const derived = new Stream(source, { startedAtMs: source.startedAtMs });
  vi.setSystemTime(Date.now() + days * 86_400_000);
  vi.advanceTimersByTime(500);
  expect([Math.round(source.ageMs), Math.round(derived.ageMs)]).toEqual([1500, 1500]);
});
