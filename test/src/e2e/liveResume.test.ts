import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WatchInfo, type StreamReply } from '@lianmai/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { livePicture, packets, Peer, publishWith, System, timeline, until } from '../support/index.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'lianmai-resume-'));
const GRACE_MS = 5000;
/** The gap, and what the machine adds to it. */
const LONGEST_STEP_MS = 4000;

let system: System;
beforeAll(async () => (system = await System.start({ env: { RESUME_GRACE_MS: String(GRACE_MS) } })));
afterAll(async () => {
  await system.stop();
});

const stateOf = async ({ name }: StreamReply) => WatchInfo.parse((await system.api('GET', `/watch/live/${name}`)).body).state;
const becomes = (stream: StreamReply, state: WatchInfo['state'], timeoutMs = 15_000) =>
  until(`it is ${state}`, async () => (await stateOf(stream)) === state, timeoutMs);

/** Copies what a player gets, with its own times, until it ends. */
function player(way: string, url: string): { file: string; peer: Peer } {
  const file = join(FOLDER, `${way}.mkv`);
  const wait = url.startsWith('srt:') ? ['-analyzeduration', '1500000'] : [];
  return { file, peer: new Peer('ffmpeg', ['-nostdin', '-v', 'error', ...wait, '-copyts', '-i', url, '-c', 'copy', '-y', file]) };
}

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
    await first.kill();
    await becomes(stream, 'waiting');
    const second = publishWith(livePicture(), stream.publish.rtmp);
    await becomes(stream, 'live');
    const backAtMs = Date.now();
    await until('it has gone on for a while', () => Date.now() - backAtMs > 3000);
    expect(players.filter(({ peer }) => peer.hasExited).map(({ way }) => way)).toEqual([]);
    await second.kill();
    const goneAtMs = Date.now();
    await becomes(stream, 'offline', GRACE_MS + 5000);
    expect(Date.now() - goneAtMs).toBeGreaterThan(GRACE_MS - 1500);
    await until('all are told', () => players.every(({ peer }) => peer.hasExited), 20_000);
    for (const { way, file } of players) {
      const all = await packets(file);
      for (const kind of ['video', 'audio'] as const) {
        const { count, maxStepMs, backward } = timeline(all, kind);
        expect([way, kind, backward]).toEqual([way, kind, 0]);
        expect(maxStepMs, `${way} ${kind}`).toBeLessThan(LONGEST_STEP_MS);
        expect(count, `${way} ${kind}`).toBeGreaterThan(60);
      }
    }
  });
});
