import { EventEmitter } from 'node:events';
import { createLog } from '@lianmai/kit';
import { toLianmaiError } from '@lianmai/protocol';
import { describe, expect, it, vi } from 'vitest';
import type { Bridge } from '../bridge/index.js';
import type { Sfu } from '../sfu/index.js';
import { parseOffer } from './sdp/index.js';
import { obs } from './sdp/testing/offers.js';
import { WhepRoom } from './WhepRoom.js';

/** A room for one video track, whose viewers get no transport before `connect` is called. */
async function open() {
  const rtp = { ip: '127.0.0.1', port: 40_000 };
  const tracks = [{ kind: 'video' }];
  const bridge = Object.assign(new EventEmitter(), {
    request: (name: string) => Promise.resolve(name === 'startSfuFeed' ? { rtp, tracks, hasKeyFramesOnDemand: true } : {}),
  });
  const waiting: ((error: Error) => void)[] = [];
  const input = Object.assign(new EventEmitter(), { rtp, produce: () => Promise.resolve('producer') });
  const media = {
    addInput: () => Promise.resolve(input),
    addPeer: () => new Promise<never>((_resolve, reject) => waiting.push(reject)),
    close: () => Promise.resolve(),
  };
  const sfu = { createStreamRoom: () => Promise.resolve(media) };
  const parts = { sfu: sfu as unknown as Sfu, bridge: bridge as unknown as Bridge, log: createLog('test', 'silent'), lingerMs: 60_000 };
  return { room: await WhepRoom.open({ app: 'live', name: 'cam' }, parts), waiting };
}

const player = obs.replaceAll('a=sendonly', 'a=recvonly').replace(/^a=(ssrc|msid).*\r\n/gm, '');
const offerWith = (payloadType: number) => parseOffer(player.replace(/\b96\b/g, String(payloadType)));

describe('a WHEP room', () => {
  it('bounds the payload types of viewers who join at once', async () => {
    const { room, waiting } = await open();
    const joins = Array.from({ length: 15 }, (_, index) => room.play(offerWith(112 + index)));
    const refused = joins.map((join) =>
      join.then(
        () => null,
        (error: unknown) => toLianmaiError(error).code,
      ),
    );
    await vi.waitFor(() => expect(waiting.length).toBe(8));
    expect(room.viewers).toBe(8);
    for (const fail of waiting) fail(new Error('no transport'));
    expect((await Promise.all(refused)).filter((code) => code === 'RATE_LIMITED').length).toBe(7);
    expect(room.viewers).toBe(0);
    void room.play(offerWith(96)).catch(() => undefined);
    expect(waiting.length).toBe(9);
    room.close('test ends');
  });
});
