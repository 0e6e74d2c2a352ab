import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { copyInto } from '../../../media/ffmpeg/index.js';
import { TrackClock, KeyFrameRequests } from '../../../media/rtp/index.js';
import { FramePool } from './FramePool.js';
import { FrameQueue } from './FrameQueue.js';
import { RawFrameReader, parseShowinfo, type RawFrame } from './RawFrameReader.js';
import { ivfFrame, ivfHeader } from '../../../media/formats/index.js';
import { widthExpression, type TileSize } from './decodedWidth.js';

/** FFmpeg's scale filter with `h=-2`, for an incoming size. */
function scaled(tile: TileSize | null, iw: number, ih: number): { width: number; height: number } {
  const between = (value: number, min: number, max: number) => value >= min && value <= max;
  const choose = (condition: boolean, yes: number, no: number) => (condition ? yes : no);
  const source = widthExpression(tile).replace(/\bif\(/g, 'choose(');
  // eslint-disable-next-line @typescript-eslint/no-implied-eval -- FFmpeg's expressions are arithmetic that JavaScript understands
  const evaluate = new Function('iw', 'ih', 'min', 'max', 'floor', 'ceil', 'between', 'choose', `return ${source}`) as (
    ...args: unknown[]
  ) => number;
  const width = evaluate(iw, ih, Math.min, Math.max, Math.floor, Math.ceil, between, choose);
  return { width, height: Math.round((width * ih) / iw / 2) * 2 };
}

describe('widthExpression', () => {
  it('is short enough for an FFmpeg command, whose arguments are cut at 255', () => {
    expect(widthExpression({ width: 1920, height: 1080, fit: 'cover' }).length).toBeLessThan(250);
  });

  it.each([
    ['cover', 640, 360, 640, 360, 640, 360],
    ['cover', 630, 354, 640, 360, 640, 360],
    ['cover', 426, 240, 640, 360, 428, 240],
    ['cover', 1280, 720, 640, 360, 1280, 720],
    ['cover', 400, 300, 640, 360, 534, 300],
    ['contain', 400, 300, 640, 360, 400, 226],
    ['contain', 1280, 720, 1920, 1200, 1152, 720],
  ] as const)('%s %dx%d of %dx%d is %dx%d', (fit, width, height, iw, ih, ow, oh) => {
    expect(scaled({ width, height, fit }, iw, ih)).toEqual({ width: ow, height: oh });
  });

  const even = (max: number) => fc.integer({ min: 8, max: max / 2 }).map((half) => 2 * half);
  const aspect = fc.tuple(even(1000), even(1000)).filter(([w, h]) => w / h < 4 && h / w < 4);

  it('covers the tile or fits inside it, always with even numbers', () => {
    fc.assert(
      fc.property(aspect, aspect, fc.constantFrom('cover' as const, 'contain' as const), ([width, height], [iw, ih], fit) => {
        const size = scaled({ width, height, fit }, iw, ih);
        expect(size.width % 2).toBe(0);
        const covers = size.width >= width && size.height >= height;
        const isInside = size.width <= width && size.height <= height;
        expect(fit === 'cover' ? covers : isInside).toBe(true);
      }),
    );
  });

  it('stays small whatever a publisher sends', () => {
    const side = fc.integer({ min: 1, max: 16_383 });
    fc.assert(
      fc.property(side, side, fc.option(fc.constantFrom('cover' as const, 'contain' as const)), (iw, ih, fit) => {
        const { width, height } = scaled(fit && { width: 1280, height: 720, fit }, iw, ih);
        expect(width).toBeGreaterThan(0);
        expect(width * height).toBeLessThan(4100 * 16_384);
      }),
    );
  });
});

describe('parseShowinfo', () => {
  it('reads the lines of old and new versions', () => {
    const old =
      '[Parsed_showinfo_2 @ 0x55f7] n:   0 pts:     12 pts_time:0.4     pos:       32 fmt:yuv420p sar:0/1 s:640x360 i:P iskey:1 type:I';
    const recent =
      '[Parsed_showinfo_2 @ 0x7f00] n:   1 pts: NOPTS pts_time:NOPTS duration:      1 duration_time:0.03 fmt:yuv420p cl:left sar:0/1 s:428x240 i:P';
    expect(parseShowinfo(old)).toEqual({ pts: 12, width: 640, height: 360 });
    expect(parseShowinfo(recent)).toEqual({ pts: NaN, width: 428, height: 240 });
    expect(parseShowinfo('[Parsed_showinfo_2 @ 0x7f00] color_range:unknown')).toBeNull();
  });
});

describe('RawFrameReader', () => {
  it('cuts frames of changing sizes out of the bytes, in whatever order bytes and sizes arrive', () => {
    const sizes = fc.array(fc.constantFrom([4, 2], [2, 2], [16, 8], [4, 4]), { maxLength: 30 });
    const script = fc.infiniteStream(fc.record({ isInfo: fc.boolean(), byteLength: fc.integer({ min: 1, max: 300 }) }));
    fc.assert(
      fc.property(sizes, script, (list, steps) => {
        const frames: RawFrame[] = [];
        const reader = new RawFrameReader(new FramePool(), (frame) => frames.push(frame));
        const infos = list.map(([width = 2, height = 2], pts) => ({ pts, width, height }));
        const bytes = Buffer.concat(infos.map(({ pts, width, height }) => Buffer.alloc(width * height * 1.5, pts + 1)));
        let announced = 0;
        let at = 0;
        for (const { isInfo, byteLength } of steps) {
          const info = infos[announced];
          if (info && (isInfo || at === bytes.length)) {
            reader.announce(info);
            announced++;
          } else if (at < bytes.length) {
            const target = reader.buffer();
            const count = Math.min(byteLength, target.length, bytes.length - at);
            target.set(bytes.subarray(at, at + count));
            // The size may come while the bytes are on their way into the old place.
            const next = infos[announced];
            if (next && isInfo) reader.announce(infos[announced++] ?? next);
            reader.filled(count);
            at += count;
          } else if (announced === infos.length) break;
        }
        expect(frames.map(({ pts, width, height }) => ({ pts, width, height }))).toEqual(infos);
        for (const { data, pts, width, height } of frames) expect([...data]).toEqual(Array<number>(width * height * 1.5).fill(pts + 1));
      }),
    );
  });

  it('accepts bytes that were copied', () => {
    const frames: RawFrame[] = [];
    const reader = new RawFrameReader(new FramePool(), (frame) => frames.push(frame));
    reader.announce({ pts: 0, width: 4, height: 2 });
    copyInto(new Uint8Array(30).fill(7), reader);
    expect(frames.map(({ data }) => data.length)).toEqual([12]);
  });
});

describe('FrameQueue', () => {
  const clock = new TrackClock(90_000);
  const raw = (pts: number): RawFrame => ({ pts, width: 2, height: 2, data: new Uint8Array(6).fill(pts) });
  const shift = () => 100;

  it('shows the newest frame that is due, half a tick early, and keeps it', () => {
    const queue = new FrameQueue(new FramePool());
    for (const [index, mediaMs] of [0, 33, 67, 100].entries()) queue.push(raw(index), { clock, mediaMs }, mediaMs);
    expect(queue.at(80, shift)).toBeNull();
    expect(queue.at(90, shift)).toMatchObject({ sequence: 1 });
    expect(queue.at(155, shift)?.data[0]).toBe(2);
    expect(queue.at(160, shift)).toMatchObject({ sequence: 3 });
    expect(queue.at(1000, shift)?.data[0]).toBe(3);
    expect(queue.at(2050, shift)?.data[0]).toBe(3);
    expect(queue.at(2150, shift)).toBeNull();
  });

  it('keeps the better layer of a frame', () => {
    const queue = new FrameQueue(new FramePool());
    queue.push(raw(1), { clock, mediaMs: 0 }, 0);
    queue.push(raw(2), { clock, mediaMs: 0 }, 0);
    expect(queue.at(100, shift)).toMatchObject({ sequence: 1, data: raw(2).data });
  });

  it('thins out 60 frames per second evenly', () => {
    const queue = new FrameQueue(new FramePool());
    for (let index = 0; index < 24; index++) queue.push(raw(index), { clock, mediaMs: (index * 1000) / 60 }, 0);
    const shown = Array.from({ length: 11 }, (_, tick) => queue.at(100 + (tick * 1000) / 30, shift)?.data[0]);
    expect(shown).toEqual([0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20]);
  });

  it('holds a bounded number of frames, and shows one whose time makes no sense', () => {
    const queue = new FrameQueue(new FramePool());
    for (let index = 0; index < 50; index++) queue.push(raw(index), { clock, mediaMs: 20 * index }, 0);
    expect(queue.at(100, shift)?.data[0]).toBe(0);
    expect(queue.at(100 + 20 * 22, shift)?.data[0]).toBe(22);
    expect(queue.at(100 + 20 * 48, shift)?.data[0]).toBe(22);
    expect(queue.at(100 + 20 * 49, shift)?.data[0]).toBe(49);
    queue.push(raw(77), { clock, mediaMs: 1e9 }, 0);
    expect(queue.at(1200, shift)?.data[0]).toBe(77);
  });
});

describe('ivf', () => {
  it('writes the header and each frame with its size and time', () => {
    const header = ivfHeader('VP9', 30);
    expect([header.length, header.toString('latin1', 0, 4), header.readUInt16LE(6), header.toString('latin1', 8, 12)]).toEqual([
      32,
      'DKIF',
      32,
      'VP90',
    ]);
    const frame = ivfFrame({ chunks: [Uint8Array.of(1, 2), Uint8Array.of(3)], byteLength: 3 }, 7);
    expect(frame.toString('hex')).toBe('030000000700000000000000010203');
  });
});

describe('KeyFrameRequests', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('asks at once, then every 500 ms until the key frame arrives', () => {
    const send = vi.fn();
    const requests = new KeyFrameRequests(send);
    requests.want();
    requests.want();
    expect(send).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(1100);
    expect(send).toHaveBeenCalledTimes(3);
    requests.got();
    vi.advanceTimersByTime(5000);
    expect(send).toHaveBeenCalledTimes(3);
  });

  it('asks at most once per 500 ms, however often frames are lost', () => {
    const send = vi.fn();
    const requests = new KeyFrameRequests(send);
    for (let ms = 0; ms < 2000; ms += 100) {
      requests.want();
      requests.got();
      requests.want();
      vi.advanceTimersByTime(100);
    }
    expect(send).toHaveBeenCalledTimes(5);
    requests.close();
    vi.advanceTimersByTime(5000);
    expect(send).toHaveBeenCalledTimes(5);
  });
});
