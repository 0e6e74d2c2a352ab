import type { StreamReply } from '@lianmai/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  faultsOf,
  flvTags,
  BROADCAST_FIXTURES,
  broadcastFixture,
  probeStream,
  publishFile,
  System,
  until,
  type BroadcastFixture,
  type Peer,
  type Probed,
} from '../support/index.js';

let system: System;
beforeAll(async () => {
  system = await System.start();
  for (const fixture of BROADCAST_FIXTURES) await broadcastFixture(fixture);
});
afterAll(async () => {
  await system.stop();
});

function expectTracks({ video, audio }: Probed, fixture: BroadcastFixture): void {
  expect([video?.codec_name ?? null, audio?.codec_name ?? null]).toEqual([fixture.video, fixture.audio]);
  if (video) expect([video.width, video.height]).toEqual([320, 180]);
  if (fixture.sampleRateHz) expect([audio?.sample_rate, audio?.channels]).toEqual([fixture.sampleRateHz, fixture.channels]);
}

/** Reads the tags itself: FFmpeg 5.1 does not know enhanced FLV. */
async function judgeEnhancedFlv({ play }: StreamReply): Promise<void> {
  const tags = (await flvTags(`${play.flv}?wait=1`, 5)).filter(({ kind }) => kind === 'video');
  expect(tags.length).toBeGreaterThan(30);
  expect(new Set(tags.map(({ fourCc }) => fourCc))).toEqual(new Set(['hvc1']));
  const times = tags.filter(({ isConfig }) => !isConfig).map(({ timeMs }) => timeMs);
  expect(times).toEqual([...times].sort((a, b) => a - b));
}

async function judgeFlv({ play }: StreamReply, fixture: BroadcastFixture): Promise<void> {
  const played = await probeStream(`${play.flv}?wait=1`, { seconds: 5 });
  expectTracks(played, fixture);
  expect(faultsOf(played, fixture)).toEqual([]);
}

async function judgeHls({ play }: StreamReply, fixture: BroadcastFixture): Promise<void> {
  await until('the playlist exists', async () => (await fetch(play.hls)).ok);
  const played = await probeStream(play.hls, { seconds: 4, args: ['-live_start_index', '0'] });
  expectTracks(played, fixture);
  expect(faultsOf(played, fixture)).toEqual([]);
}

describe.concurrent('what broadcasters really send', () => {
  it.each(BROADCAST_FIXTURES.map((fixture, index) => [fixture.title, fixture, index] as const))(
    'plays: %s',
    async (_title, fixture, index) => {
      const stream = await system.createStream(`fixture-${index}`);
      const flv = fixture.video === 'hevc' ? judgeEnhancedFlv(stream) : judgeFlv(stream, fixture);
      const broadcaster: Peer = publishFile(await broadcastFixture(fixture), stream.publish[fixture.by], fixture.send);
      try {
        await Promise.all([flv, judgeHls(stream, fixture)]);
      } catch (error) {
        throw new Error(`${String(error)}\nthe broadcaster's log: ${broadcaster.log.slice(-1500)}`, { cause: error });
      } finally {
        await broadcaster.kill();
      }
    },
  );
});
