import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WatchInfo, type StreamReply } from '@lianmai/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { livePicture, packets, Peer, publishWith, System, timeline, until, PATIENCE_MS } from '../support/index.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'lianmai-resume-'));
const GRACE_MS = 5000;
/** Media that is still on its way to a player when the broadcaster is lost. */
const ON_THE_WAY_MS = 1500;

let system: System;
beforeAll(async () => (system = await System.start({ env: { RESUME_GRACE_MS: String(GRACE_MS) } })));
afterAll(async () => {
  await system.stop();
});

const stateOf = async ({ name }: StreamReply) => WatchInfo.parse((await system.api('GET', `/watch/live/${name}`)).body).state;
const becomes = (stream: StreamReply, state: WatchInfo['state']) =>
  until(`the stream is ${state}`, async () => (await stateOf(stream)) === state);

/** A player that writes what it gets to a file, with the original timestamps, until the stream ends. */
function player(protocol: string, url: string): { file: string; peer: Peer } {
  const file = join(FOLDER, `${protocol}.mkv`);
  const wait = url.startsWith('srt:') ? ['-analyzeduration', '1500000'] : [];
  // The file can be read at any time.
  const output = ['-c', 'copy', '-cluster_time_limit', '500', '-flush_packets', '1', '-y', file];
  return { file, peer: new Peer('ffmpeg', ['-nostdin', '-v', 'error', ...wait, '-copyts', '-i', url, ...output]) };
}

const pictureCount = async (file: string) => timeline(await packets(file), 'video').count;

describe('a broadcaster that is lost', () => {
  it('may come back within the grace: no player is cut off or sees time step back; after the grace the stream ends for all', async () => {
    const stream = await system.createStream('tunnel');
    const first = publishWith(livePicture(), stream.publish.rtmp);
    await becomes(stream, 'live');
    await until('the playlist exists', async () => (await fetch(stream.play.hls)).ok);
    const players = (['flv', 'rtmp', 'srt', 'hls'] as const).map((protocol) => ({ protocol, ...player(protocol, stream.play[protocol]) }));
    await until('all players play', async () => {
      const { body } = await system.api('GET', `/streams/${stream.id}`);
      return Object.keys((body as StreamReply).status?.players ?? {}).length === 4;
    });
    const lostAtMs = performance.now();
    await first.kill();
    await becomes(stream, 'waiting');
    const second = publishWith(livePicture(), stream.publish.rtmp);
    await becomes(stream, 'live');
    const awayMs = performance.now() - lostAtMs;
    for (const { protocol, file } of players) {
      const before = await until(`${protocol} has frames`, () => pictureCount(file), PATIENCE_MS, 500);
      await until(`${protocol} continues`, async () => (await pictureCount(file)) > before + 45, PATIENCE_MS, 500);
    }
    expect(players.filter(({ peer }) => peer.hasExited).map(({ protocol }) => protocol)).toEqual([]);
    const goneAtMs = Date.now();
    await second.kill();
    await becomes(stream, 'offline');
    expect(Date.now() - goneAtMs).toBeGreaterThan(GRACE_MS - 100);
    await until('all players have ended', () => players.every(({ peer }) => peer.hasExited));
    for (const { protocol, file } of players) {
      const all = await packets(file);
      for (const kind of ['video', 'audio'] as const) {
        const { count, maxStepMs, backward } = timeline(all, kind);
        expect([protocol, kind, backward]).toEqual([protocol, kind, 0]);
        expect(maxStepMs, `${protocol} ${kind}`).toBeLessThan(awayMs + ON_THE_WAY_MS);
        expect(count, `${protocol} ${kind}`).toBeGreaterThan(60);
      }
    }
  });
});
