import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WatchInfo, type StreamReply } from '@lianmai/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { livePicture, packets, Peer, publishWith, System, timeline, until, PATIENCE_MS } from '../support/index.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'lianmai-resume-'));
const GRACE_MS = 5000;
/** What lies on the way to a player when its broadcaster is lost. */
const ON_THE_WAY_MS = 1500;

let system: System;
beforeAll(async () => (system = await System.start({ env: { RESUME_GRACE_MS: String(GRACE_MS) } })));
afterAll(async () => {
  await system.stop();
});

const stateOf = async ({ name }: StreamReply) => WatchInfo.parse((await system.api('GET', `/watch/live/${name}`)).body).state;
const becomes = (stream: StreamReply, state: WatchInfo['state']) => until(`it is ${state}`, async () => (await stateOf(stream)) === state);

/** Copies what a player gets, with its own times, until it ends. */
function player(way: string, url: string): { file: string; peer: Peer } {
  const file = join(FOLDER, `${way}.mkv`);
  const wait = url.startsWith('srt:') ? ['-analyzeduration', '1500000'] : [];
  // What it has got so far can be read at any time.
  const output = ['-c', 'copy', '-cluster_time_limit', '500', '-flush_packets', '1', '-y', file];
  return { file, peer: new Peer('ffmpeg', ['-nostdin', '-v', 'error', ...wait, '-copyts', '-i', url, ...output]) };
}

const pictureCount = async (file: string) => timeline(await packets(file), 'video').count;

describe('a broadcaster who is lost', () => {
  it('comes back within the grace, and no player is cut off or sees time go back; after it, all are told that it is over', async () => {
    const stream = await system.createStream('tunnel');
    const first = publishWith(livePicture(), stream.publish.rtmp);
    await becomes(stream, 'live');
    await until('there is a playlist', async () => (await fetch(stream.play.hls)).ok);
    const players = (['flv', 'rtmp', 'srt', 'hls'] as const).map((way) => ({ way, ...player(way, stream.play[way]) }));
    await until('all play', async () => {
      const { body } = await system.api('GET', `/streams/${stream.id}`);
      return Object.keys((body as StreamReply).status?.players ?? {}).length === 4;
    });
    const lostAtMs = performance.now();
    await first.kill();
    await becomes(stream, 'waiting');
    const second = publishWith(livePicture(), stream.publish.rtmp);
    await becomes(stream, 'live');
    const awayMs = performance.now() - lostAtMs;
    for (const { way, file } of players) {
      const before = await until(`${way} has pictures`, () => pictureCount(file), PATIENCE_MS, 500);
      await until(`${way} goes on`, async () => (await pictureCount(file)) > before + 45, PATIENCE_MS, 500);
    }
    expect(players.filter(({ peer }) => peer.hasExited).map(({ way }) => way)).toEqual([]);
    const goneAtMs = Date.now();
    await second.kill();
    await becomes(stream, 'offline');
    expect(Date.now() - goneAtMs).toBeGreaterThan(GRACE_MS - 100);
    await until('all are told', () => players.every(({ peer }) => peer.hasExited));
    for (const { way, file } of players) {
      const all = await packets(file);
      for (const kind of ['video', 'audio'] as const) {
        const { count, maxStepMs, backward } = timeline(all, kind);
        expect([way, kind, backward]).toEqual([way, kind, 0]);
        expect(maxStepMs, `${way} ${kind}`).toBeLessThan(awayMs + ON_THE_WAY_MS);
        expect(count, `${way} ${kind}`).toBeGreaterThan(60);
      }
    }
  });
});
