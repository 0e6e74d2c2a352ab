import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { RoomId, SourceId, type SfuFeedTrack } from '@lianmai/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { SfuRoom } from './SfuRoom.js';
import { createSfu, type Sfu } from './Sfu.js';
import { participant, quiet, subscribe } from './testing/index.js';

const undo: (() => unknown)[] = [];
afterEach(async () => {
  for (const one of undo.splice(0).reverse()) await one();
});

async function start(workers = 1): Promise<Sfu> {
  const sfu = await createSfu({ workers, rtcPort: 0, listenIp: '127.0.0.1', announcedIps: [], log: quiet });
  undo.push(() => sfu.close('test is over'));
  return sfu;
}

/** A bridge that sends audio. */
async function bridge() {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  undo.push(() => socket.close());
  const track: SfuFeedTrack = { kind: 'audio', codec: 'opus', ssrc: 4711, payloadType: 111 };
  const send = (to: { ip: string; port: number }) => {
    let sequence = 0;
    const timer = setInterval(() => socket.send(soundPacket(track, sequence++), to.port, to.ip), 20);
    undo.push(() => clearInterval(timer));
  };
  return { from: { ip: '127.0.0.1', port: socket.address().port }, track, send, socket };
}

function soundPacket({ ssrc, payloadType }: SfuFeedTrack, sequence: number): Buffer {
  const packet = Buffer.alloc(52, 1);
  packet.set([0x80, payloadType]);
  packet.writeUInt16BE(sequence & 0xffff, 2);
  packet.writeUInt32BE(sequence * 960, 4);
  packet.writeUInt32BE(ssrc, 8);
  return packet;
}

async function arrivals(socket: Socket, count: number): Promise<void> {
  for (let left = count; left > 0; left--) await once(socket, 'message');
}

const asRoom = (media: unknown): SfuRoom => {
  if (media instanceof SfuRoom) return media;
  throw new Error('expected the implementation');
};

describe('a stream among people', () => {
  it('is consumed and tapped like a person, and removed when closed', async () => {
    const room = asRoom(await (await start()).createRoom(RoomId.parse('room')));
    const { from, track, send } = await bridge();
    const input = await room.addInput(participant('stream'), from);
    const producerId = await input.produce('microphone', track);
    send(input.rtp);
    const ann = await room.addPeer(participant('ann'));
    const heard = await subscribe(room, ann, producerId);
    expect(heard).toMatchObject({ participantId: 'stream', source: 'microphone', kind: 'audio' });
    await heard.arrived(5);

    const listener = await bridge();
    const tap = await room.tap(producerId, { ...listener.from, sourceId: SourceId.parse('stream:camera') });
    expect(tap.track).toMatchObject({ kind: 'audio', codec: 'opus' });
    await tap.resume();
    await arrivals(listener.socket, 5);

    const closed = once(ann, 'consumerClosed');
    input.close('it left the stage');
    expect(await closed).toEqual([{ consumerId: heard.consumerId, producerId }]);
    expect(room.stats.producers).toBe(0);
  });

  it('accepts packets only from its bridge', async () => {
    const room = asRoom(await (await start()).createRoom(RoomId.parse('room')));
    const { from, track, send } = await bridge();
    const stranger = await bridge();
    const input = await room.addInput(participant('stream'), from);
    const producerId = await input.produce('microphone', track);
    const heard = await subscribe(room, await room.addPeer(participant('ann')), producerId);
    stranger.send(input.rtp);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(heard.packets).toBe(0);
    send(input.rtp);
    await heard.arrived(3);
  });

  it('reaches players under the payload types that they request, even on the same worker', async () => {
    const room = asRoom(await (await start()).createStreamRoom('live/x', { video: 102, audio: 111 }));
    const { from, track, send } = await bridge();
    const input = await room.addInput(participant('stream'), from);
    const producerId = await input.produce('microphone', track);
    send(input.rtp);
    const chromium = await subscribe(room, await room.addPeer(participant('chromium')), producerId);
    const firefox = await subscribe(
      room,
      await room.addPeer(participant('firefox'), { payloadTypes: { video: 126, audio: 109 } }),
      producerId,
    );
    expect(chromium.rtpParameters.codecs[0]?.payloadType).toBe(111);
    expect(firefox.rtpParameters.codecs[0]?.payloadType).toBe(109);
    await Promise.all([chromium.arrived(5), firefox.arrived(5)]);
    expect(room.stats).toMatchObject({ routers: 2, pipes: 1 });
  });

  it('ends with its worker', async () => {
    const sfu = await start();
    const room = asRoom(await sfu.createRoom(RoomId.parse('room')));
    const input = await room.addInput(participant('stream'), (await bridge()).from);
    const closed = once(input, 'closed');
    process.kill(sfu.workerPids[0] ?? 0, 'SIGKILL');
    await closed;
  });
});
