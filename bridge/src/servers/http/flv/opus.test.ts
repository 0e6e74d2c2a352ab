import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Scope } from '@lianmai/kit';
import { afterEach, expect, it } from 'vitest';
import { findFfmpeg } from '../../../media/ffmpeg/index.js';
import { TsDemuxer } from '../../../media/formats/index.js';
import { FLV, Renditions } from '../../../hub/renditions/index.js';
import { StreamHub } from '../../../hub/stream/index.js';
import { LoopedBroadcast, MemoryLog, openGate } from '../../../testing/index.js';
import { createOriginServer } from '../createOriginServer.js';

const run = promisify(execFile);
const scope = new Scope();
afterEach(() => scope.close('test ends'));

it('transcodes Opus to AAC for FLV players', async () => {
  const ffmpeg = await findFfmpeg();
  const inputs = ['-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '30', '-bf', '0', '-c:a', 'libopus'];
  const args = ['-v', 'error', '-nostdin', ...inputs, ...codecs, '-ac', '2', '-t', '2', '-f', 'mpegts', 'pipe:1'];
  const { stdout: file } = await run(ffmpeg.path, args, { encoding: 'buffer', maxBuffer: 1 << 24 });
  const demuxer = new TsDemuxer();
  const media = [...demuxer.push(file), ...demuxer.flush()].sort((a, b) => a.dtsMs - b.dtsMs);

  const log = new MemoryLog().log;
  const hub = scope.own(new StreamHub());
  const renditions = scope.own(new Renditions({ ffmpeg, log }));
  const flv = { openRendition: (stream: Parameters<Renditions['open']>[0]) => renditions.open(stream, FLV) };
  const origin = scope.own(await createOriginServer({ hub, gate: openGate(), port: 0, host: '127.0.0.1', log, flv }));
  const publisher = hub.publish({ app: 'live', name: 'room' });
  const broadcast = new LoopedBroadcast(media, publisher);
  scope.defer(() => broadcast.stop());
  const url = `http://127.0.0.1:${origin.port}/live/room.flv`;
  const { stdout } = await run('ffprobe', [
    '-v',
    'error',
    '-analyzeduration',
    // Media time that a busy transcoder may take to begin.
    '30M',
    '-show_entries',
    'stream=codec_name',
    '-of',
    'csv=p=0',
    url,
  ]);
  expect(stdout.trim().split('\n').sort()).toEqual(['aac', 'h264']);
});
