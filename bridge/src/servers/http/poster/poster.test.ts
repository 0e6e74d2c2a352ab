import { execFileSync } from 'node:child_process';
import { Scope } from '@lianmai/kit';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { findFfmpeg, type Ffmpeg } from '../../../media/ffmpeg/index.js';
import type { FlvTag } from '../../../media/formats/index.js';
import { StreamHub } from '../../../hub/stream/index.js';
import { encodeFlv, MemoryLog, openGate } from '../../../testing/index.js';
import { createOriginServer } from '../createOriginServer.js';
import { posterRoutes } from './index.js';

let scope = new Scope();
let ffmpeg: Ffmpeg;
let tags: FlvTag[];
beforeAll(async () => {
  ffmpeg = await findFfmpeg();
  tags = await encodeFlv({ seconds: 1, size: '1280x720' });
});
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

async function open() {
  const hub = scope.own(new StreamHub());
  const { log } = new MemoryLog();
  const gate = openGate();
  const extraRoutes = [posterRoutes({ hub, gate, ffmpeg, log })];
  const origin = scope.own(await createOriginServer({ hub, gate, port: 0, host: '127.0.0.1', log, extraRoutes }));
  return { hub, gate, url: `http://127.0.0.1:${origin.port}/live/room.jpg` };
}

describe('poster', () => {
  it('is a small JPEG of the current key frame, made once for concurrent requests', async () => {
    const { hub, gate, url } = await open();
    const publisher = hub.publish({ app: 'live', name: 'room' });
    for (const tag of tags) publisher.write(tag);
    const [first, second] = await Promise.all([fetch(url), fetch(url)]);
    const jpeg = Buffer.from(await first.arrayBuffer());
    expect(first.headers.get('content-type')).toBe('image/jpeg');
    expect(Buffer.from(await second.arrayBuffer()).equals(jpeg)).toBe(true);
    const size = execFileSync('ffprobe', ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', '-'], { input: jpeg });
    expect(size.toString().trim()).toBe('640,360');
    expect(gate.clients({ app: 'live', name: 'room' })).toEqual([]);
  });

  it('is 404 when there is no stream or no key frame', async () => {
    const { hub, url } = await open();
    expect((await fetch(url)).status).toBe(404);
    hub.publish({ app: 'live', name: 'room' });
    const empty = await fetch(url);
    expect([empty.status, await empty.json()]).toEqual([
      404,
      { error: { code: 'NOT_FOUND', message: 'The stream has no video at the moment.' } },
    ]);
  });
});
