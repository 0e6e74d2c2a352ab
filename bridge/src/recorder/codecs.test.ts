import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { Scope } from '@lianmai/kit';
import type { RecordFormat } from '@lianmai/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { findFfmpeg } from '../media/ffmpeg/index.js';
import { Renditions } from '../hub/renditions/index.js';
import { StreamHub } from '../hub/stream/index.js';
import { encodeFlv, LoopedBroadcast, MemoryLog } from '../testing/index.js';
import { Recorder, recordingFormats } from './index.js';

const run = promisify(execFile);
const scope = new Scope();
afterEach(() => scope.close('test ends'));

async function probe(file: string): Promise<{ codecs: string[]; seconds: number[] }> {
  const { stdout } = await run(
    'ffprobe',
    ['-v', 'error', '-show_entries', 'packet=codec_type,pts_time:stream=codec_name', '-of', 'json', file],
    {
      maxBuffer: 1e8,
    },
  );
  const { streams, packets } = JSON.parse(stdout) as {
    streams: { codec_name: string }[];
    packets: { codec_type: string; pts_time: string }[];
  };
  const last = (kind: string) => Number(packets.findLast(({ codec_type }) => codec_type === kind)?.pts_time ?? 0);
  return { codecs: streams.map(({ codec_name }) => codec_name).sort(), seconds: [last('video'), last('audio')] };
}

describe('recordings of a stream with Opus audio', () => {
  it('contain AAC in FLV, which cannot hold Opus, and Opus in the other formats', async () => {
    const [ffmpeg, tags] = await Promise.all([findFfmpeg(), encodeFlv({ seconds: 2, size: '320x180', gop: 30, isOpus: true })]);
    const { log } = new MemoryLog();
    const renditions = scope.own(new Renditions({ ffmpeg, log, lingerMs: 50 }));
    const publisher = new StreamHub().publish({ app: 'live', name: 'room' });
    const recorders = new Map<RecordFormat, Recorder>();
    for (const format of ['flv', 'mp4', 'hls'] as const) {
      const dir = await mkdtemp(path.join(tmpdir(), 'lianmai-record-'));
      scope.defer(() => rm(dir, { recursive: true, force: true }));
      const recorder = await Recorder.open({
        ...{ dir, formats: recordingFormats(ffmpeg), openReader: renditions.read, log },
        ...{ retention: { maxAgeDays: 0, maxGigabytes: 0 }, minFreeBytes: 0 },
      });
      scope.own(recorder).record(publisher.stream, { format, segmentSeconds: null });
      recorders.set(format, recorder);
    }
    const loop = new LoopedBroadcast(tags, publisher);
    await vi.waitFor(() => expect(publisher.stream.lastDtsMs).toBeGreaterThan(3000), 8000);
    loop.stop();
    await publisher.close('end', true);
    for (const [format, { catalogue }] of recorders) {
      await vi.waitFor(() => expect(catalogue.all[0]?.state).toBe('complete'));
      const { codecs, seconds } = await probe(catalogue.pathOf(catalogue.all[0]!));
      expect(codecs, format).toEqual([format === 'flv' ? 'aac' : 'h264', format === 'flv' ? 'h264' : 'opus']);
      for (const second of seconds) expect(second, format).toBeGreaterThan(2.5);
    }
  });
});
