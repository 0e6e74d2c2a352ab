import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { LianmaiError, ProducerId, RoomId, SourceId, type ParticipantId } from '@lianmai/protocol';
import fc from 'fast-check';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SfuRoom } from './SfuRoom.js';
import type { SfuPeer } from './SfuPeer.js';
import { createSfu, type Sfu, type SfuOptions } from './Sfu.js';
import { participant, publish, publishOverUdp, quiet, rtpParameters, subscribe } from './testing/index.js';

const sfus: Sfu[] = [];
afterEach(async () => {
  await Promise.all(sfus.splice(0).map((sfu) => sfu.close('test is over')));
});

async function start(options: Partial<SfuOptions> = {}): Promise<Sfu> {
  const sfu = await createSfu({ workers: 1, rtcPort: 0, listenIp: '127.0.0.1', announcedIps: [], log: quiet, ...options });
  sfus.push(sfu);
  return sfu;
}

async function open(sfu: Sfu, name = 'room'): Promise<SfuRoom> {
  const room = await sfu.createRoom(RoomId.parse(name));
  if (!(room instanceof SfuRoom)) throw new Error('expected the implementation');
  return room;
}

const peersLost = async (room: SfuRoom): Promise<ParticipantId[]> => ((await once(room, 'peersLost')) as [ParticipantId[]])[0];
const workerOf = (peer: SfuPeer) => peer.router.worker;
const rejection = async (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => (error instanceof LianmaiError ? error.code : `not a typed error: ${String(error)}`),
  );

describe('a room on one worker', () => {
  it('carries packets between peers, and reports when the producer pauses, resumes and closes', async () => {
    const room = await open(await start());
    const [ann, bob] = await Promise.all([room.addPeer(participant('ann')), room.addPeer(participant('bob'))]);
    const track = await publish(ann, 'camera');
    const seen = await subscribe(room, bob, track.id);
    expect(seen).toMatchObject({ participantId: 'ann', source: 'camera', kind: 'video', producerPaused: false });
    await seen.arrived(20);

    const paused = once(bob, 'consumerPausedChanged');
    await ann.setProducerPaused(track.id, true);
    expect(await paused).toEqual([{ consumerId: seen.consumerId, producerPaused: true }]);
    const resumed = once(bob, 'consumerPausedChanged');
    await ann.setProducerPaused(track.id, false);
    expect(await resumed).toEqual([{ consumerId: seen.consumerId, producerPaused: false }]);
    const closed = once(bob, 'consumerClosed');
    ann.closeProducer(track.id);
    expect(await closed).toEqual([{ consumerId: seen.consumerId, producerId: track.id }]);
    expect(await rejection(bob.setConsumerPaused(seen.consumerId, true))).toBe('NOT_FOUND');
  });

  it('lets a second producer of a source replace the first', async () => {
    const room = await open(await start());
    const [ann, bob] = await Promise.all([room.addPeer(participant('ann')), room.addPeer(participant('bob'))]);
    const first = await publish(ann, 'camera');
    const seen = await subscribe(room, bob, first.id);
    const closed = once(bob, 'consumerClosed');
    const second = await publish(ann, 'camera');
    expect(await closed).toEqual([{ consumerId: seen.consumerId, producerId: first.id }]);
    await (await subscribe(room, bob, second.id)).arrived(5);
  });

  it('reports a producer that ended with its transport', async () => {
    const room = await open(await start());
    const ann = await room.addPeer(participant('ann'));
    const ended: string[] = [];
    ann.on('producerClosed', (id) => ended.push(id));
    const first = await publish(ann, 'camera');
    await ann.createTransport('send');
    expect(ended).toEqual([first.id]);
    const second = await publish(ann, 'camera');
    ann.resetMedia('test');
    expect(ended).toEqual([first.id, second.id]);
  });

  it('keeps only the latest consumer of a producer', async () => {
    const sfu = await start();
    const room = await open(sfu);
    const [ann, bob] = await Promise.all([room.addPeer(participant('ann')), room.addPeer(participant('bob'))]);
    const track = await publish(ann, 'camera');
    const transportId = (await bob.createTransport('receive')).id;
    const consume = () => bob.consume({ transportId, producerId: track.id, rtpCapabilities: room.rtpCapabilities });
    const [first, second] = [await consume(), await consume()];
    expect(sfu.stats.consumers).toBe(1);
    expect(await rejection(bob.setConsumerPaused(first.consumerId, false))).toBe('NOT_FOUND');
    await bob.setConsumerPaused(second.consumerId, false);
  });

  it('sends lost sound again to a receiver who asks', async () => {
    const room = await open(await start());
    const [ann, bob] = await Promise.all([room.addPeer(participant('ann')), room.addPeer(participant('bob'))]);
    const track = await publish(ann, 'microphone');
    const received = await subscribe(room, bob, track.id);
    expect(received.rtpParameters.codecs[0]?.rtcpFeedback).toContainEqual({ type: 'nack', parameter: '' });
    await received.arrived(5);
    const [lost = -1] = received.sequences;
    received.askAgain(lost);
    await vi.waitFor(() => expect(received.sequences.filter((sequence) => sequence === lost)).toHaveLength(2), { timeout: 20_000 });
  });

  it('reports loss to a publisher whose sound a receiver keeps asking for again, so that its encoder protects it', async () => {
    const room = await open(await start());
    const [ann, bob] = await Promise.all([room.addPeer(participant('ann')), room.addPeer(participant('bob'))]);
    const track = await publishOverUdp(ann);
    const received = await subscribe(room, bob, track.id);
    await vi.waitFor(() => expect(track.losses.length).toBeGreaterThan(1), { timeout: 20_000 });
    expect(Math.max(...track.losses)).toBe(0);
    for (const lost of received.sequences.slice(-3)) received.askAgain(lost);
    await vi.waitFor(() => expect(track.losses.at(-1)).toBeGreaterThan(0.03), { timeout: 20_000 });
  });

  it('stops sending one participant’s tracks to another, and says so', async () => {
    const sfu = await start();
    const room = await open(sfu);
    const [ann, bob, cat] = await Promise.all(['ann', 'bob', 'cat'].map((name) => room.addPeer(participant(name))));
    const [anns, cats] = [await publish(ann!, 'camera'), await publish(cat!, 'camera')];
    const transportId = (await bob!.createTransport('receive')).id;
    const consume = (producerId: ProducerId) => bob!.consume({ transportId, producerId, rtpCapabilities: room.rtpCapabilities });
    const [seen, kept] = [await consume(anns.id), await consume(cats.id)];
    const closed = once(bob!, 'consumerClosed');
    bob!.closeConsumersOf(participant('ann'));
    expect(await closed).toEqual([{ consumerId: seen.consumerId, producerId: anns.id }]);
    expect(await rejection(bob!.setConsumerPaused(seen.consumerId, false))).toBe('NOT_FOUND');
    await bob!.setConsumerPaused(kept.consumerId, false);
  });

  it('rejects invalid requests with a typed error and carries on', async () => {
    const room = await open(await start());
    const [ann, bob] = await Promise.all([room.addPeer(participant('ann')), room.addPeer(participant('bob'))]);
    const send = await ann.createTransport('send');
    const parameters = rtpParameters('video', 1);
    const produce = (change: object) =>
      ann.produce({ transportId: send.id, source: 'camera', kind: 'video', rtpParameters: parameters, paused: false, ...change });
    expect(await rejection(produce({ source: 'microphone' }))).toBe('BAD_REQUEST');
    expect(await rejection(produce({ rtpParameters: {} }))).toBe('BAD_REQUEST');
    expect(
      await rejection(produce({ rtpParameters: { ...parameters, encodings: Array.from({ length: 9 }, (_, ssrc) => ({ ssrc })) } })),
    ).toBe('BAD_REQUEST');
    expect(await rejection(produce({ transportId: 'unknown' }))).toBe('NOT_FOUND');
    const producerId = await produce({});
    expect(await rejection(bob.setProducerPaused(producerId, true))).toBe('NOT_FOUND');
    expect(() => bob.closeProducer(producerId)).toThrow(LianmaiError);
    expect(await rejection(bob.consume({ transportId: send.id, producerId, rtpCapabilities: room.rtpCapabilities }))).toBe('NOT_FOUND');
    const receive = await bob.createTransport('receive');
    expect(await rejection(bob.consume({ transportId: receive.id, producerId, rtpCapabilities: { codecs: [] } }))).toBe('BAD_REQUEST');
    expect(
      await rejection(
        bob.consume({ transportId: receive.id, producerId: ProducerId.parse('nope'), rtpCapabilities: room.rtpCapabilities }),
      ),
    ).toBe('NOT_FOUND');
    expect(await rejection(bob.connectTransport(receive.id, { fingerprints: [{ algorithm: 'nonsense' as never, value: 'ab' }] }))).toBe(
      'BAD_REQUEST',
    );
  });

  it('survives any RTP parameters', async () => {
    const sfu = await start();
    const room = await open(sfu);
    const ann = await room.addPeer(participant('ann'));
    const { id: transportId } = await ann.createTransport('send');
    const { codecs, encodings } = rtpParameters('video', 7);
    const change = fc.record(
      {
        codecs: fc.oneof(fc.jsonValue(), fc.constant(codecs)),
        encodings: fc.oneof(fc.jsonValue(), fc.constant(encodings)),
        headerExtensions: fc.jsonValue(),
        rtcp: fc.jsonValue(),
        mid: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    await fc.assert(
      fc.asyncProperty(change, async (parameters) => {
        const outcome = await rejection(
          ann.produce({ transportId, source: 'camera', kind: 'video', rtpParameters: parameters as never, paused: false }),
        );
        expect(['BAD_REQUEST', 'nothing thrown']).toContain(outcome);
      }),
      { numRuns: 300 },
    );
    expect(sfu.stats).toMatchObject({ workers: 1, workerRestarts: 0 });
  });

  it('offers no rotation extension, and offers every announced address', async () => {
    const room = await open(await start({ announcedIps: ['192.0.2.1', '198.51.100.7'] }));
    expect(JSON.stringify(room.rtpCapabilities)).not.toContain('video-orientation');
    const { iceCandidates } = await (await room.addPeer(participant('ann'))).createTransport('send');
    expect(iceCandidates.map(({ address, protocol }) => `${address} ${protocol}`)).toEqual([
      '192.0.2.1 udp',
      '192.0.2.1 tcp',
      '198.51.100.7 udp',
      '198.51.100.7 tcp',
    ]);
    expect(new Set(iceCandidates.map(({ priority }) => priority)).size).toBe(4);
  });

  it('closes transports, producers and consumers on reset, but keeps the peer', async () => {
    const sfu = await start();
    const room = await open(sfu);
    const [ann, bob] = await Promise.all([room.addPeer(participant('ann')), room.addPeer(participant('bob'))]);
    const track = await publish(ann, 'camera');
    await subscribe(room, bob, track.id);
    const late = ann.createTransport('receive');
    ann.resetMedia('page reloaded');
    bob.resetMedia('page reloaded');
    expect(await rejection(late)).toBe('WRONG_STATE');
    expect(sfu.stats).toMatchObject({ peers: 2, producers: 0, consumers: 0 });
    const again = await publish(ann, 'camera');
    await (await subscribe(room, bob, again.id)).arrived(5);
  });

  it('names the active speaker, and null after a silence', async () => {
    const room = await open(await start());
    const [ann, bob] = await Promise.all([room.addPeer(participant('ann')), room.addPeer(participant('bob'))]);
    const named: (ParticipantId | null)[] = [];
    const heard: ParticipantId[][] = [];
    room.on('activeSpeakerChanged', (id) => named.push(id)).on('speakersChanged', (levels) => heard.push([...levels.keys()]));
    await publish(ann, 'microphone', { levelDb: -20 });
    await publish(bob, 'microphone', { levelDb: -90 });
    await vi.waitFor(() => expect([named.at(-1), heard.at(-1)]).toEqual(['ann', ['ann']]));
    ann.resetMedia('gone quiet');
    await vi.waitFor(() => expect(named.at(-1)).toBe(null));
    expect([...named, ...heard.flat()]).not.toContain('bob');
  });
});

describe('a room over two workers', () => {
  it('uses one pipe per producer, even for simultaneous requests', async () => {
    const sfu = await start({ workers: 2, maxPeersPerWorker: 1 });
    const room = await open(sfu);
    const ann = await room.addPeer(participant('ann'));
    const bob = await room.addPeer(participant('bob'));
    const cid = await room.addPeer(participant('cid'));
    expect(workerOf(ann).index).not.toBe(workerOf(bob).index);
    const track = await publish(ann, 'camera');
    const [atBob, atCid] = await Promise.all([subscribe(room, bob, track.id), subscribe(room, cid, track.id)]);
    await Promise.all([atBob.arrived(20), atCid.arrived(20)]);
    expect(sfu.stats).toMatchObject({ pipes: 1, consumers: 2 });

    const paused = once(bob, 'consumerPausedChanged');
    await ann.setProducerPaused(track.id, true);
    expect(await paused).toEqual([{ consumerId: atBob.consumerId, producerPaused: true }]);
    const closed = once(bob, 'consumerClosed');
    ann.closeProducer(track.id);
    expect(await closed).toEqual([{ consumerId: atBob.consumerId, producerId: track.id }]);
    expect(sfu.stats.pipes).toBe(0);
  });

  it('picks layers by displayed size on both sides of a pipe', async () => {
    const room = await open(await start({ workers: 2, maxPeersPerWorker: 2 }));
    const [ann, bob, cid] = [
      await room.addPeer(participant('ann')),
      await room.addPeer(participant('bob')),
      await room.addPeer(participant('cid')),
    ];
    expect([workerOf(bob).index, workerOf(cid).index]).toEqual([workerOf(ann).index, 1 - workerOf(ann).index]);
    const track = await publish(ann, 'camera', { layers: 3 });
    for (const peer of [bob, cid]) {
      const seen = await subscribe(room, peer, track.id);
      await peer.setConsumerSize(seen.consumerId, { width: 640, height: 360 });
      expect(seen.layers).toEqual({ spatialLayer: 1, temporalLayer: 2 });
      await peer.setConsumerSize(seen.consumerId, { width: 160, height: 90 });
      expect(seen.layers).toEqual({ spatialLayer: 0, temporalLayer: 2 });
    }
  });

  it('loses only the peers of a killed worker, within a second, and takes them back', async () => {
    const sfu = await start({ workers: 2, maxPeersPerWorker: 1 });
    const room = await open(sfu);
    const ann = await room.addPeer(participant('ann'));
    const bob = await room.addPeer(participant('bob'));
    const other = await open(sfu, 'other');
    const here = await publish(bob, 'camera');
    const fromAnn = await publish(ann, 'camera');
    const seen = await subscribe(room, bob, fromAnn.id);
    await seen.arrived(5);
    // The other room is on bob's worker, which survives.
    let dan = await other.addPeer(participant('dan'));
    if (workerOf(dan) !== workerOf(bob)) dan = await other.addPeer(participant('eve'));
    const elsewhere = await publish(dan, 'camera');
    const watching = await subscribe(other, dan, elsewhere.id);

    const killedAtMs = performance.now();
    const [lost, closed, consumerClosed] = [peersLost(room), once(ann, 'closed'), once(bob, 'consumerClosed')];
    process.kill(workerOf(ann).worker.pid, 'SIGKILL');
    expect(await lost).toEqual(['ann']);
    const lostMs = performance.now() - killedAtMs;
    expect(await closed).toEqual(['the media worker died']);
    expect(await consumerClosed).toEqual([{ consumerId: seen.consumerId, producerId: fromAnn.id }]);
    await watching.arrived(5);

    const annAgain = await room.addPeer(participant('ann'));
    const across = await subscribe(room, annAgain, here.id);
    await across.arrived(5);
    const backMs = performance.now() - killedAtMs;
    console.log(`worker killed: peersLost after ${lostMs.toFixed(0)} ms, media back after ${backMs.toFixed(0)} ms`);
  });

  it('hears speakers on both', async () => {
    const room = await open(await start({ workers: 2, maxPeersPerWorker: 1 }));
    const ann = await room.addPeer(participant('ann'));
    const bob = await room.addPeer(participant('bob'));
    const bothHeard = new Promise<void>((resolve) => room.on('speakersChanged', (levels) => levels.size === 2 && resolve()));
    const bobActive = new Promise<void>((resolve) => room.on('activeSpeakerChanged', (id) => id === 'bob' && resolve()));
    await publish(ann, 'microphone', { levelDb: -40 });
    await publish(bob, 'microphone', { levelDb: -12 });
    await Promise.all([bothHeard, bobActive]);
  });
});

describe('the pool', () => {
  it('replaces its only worker, and serves waiting peers', async () => {
    const sfu = await start();
    const room = await open(sfu);
    const ann = await room.addPeer(participant('ann'));
    const killedAtMs = performance.now();
    const lost = peersLost(room);
    process.kill(workerOf(ann).worker.pid, 'SIGKILL');
    await lost;
    const again = await room.addPeer(participant('ann'));
    console.log(`only worker killed: a new one carries the peer after ${(performance.now() - killedAtMs).toFixed(0)} ms`);
    expect(workerOf(again).index).toBe(0);
    expect(sfu.stats).toMatchObject({ workers: 1, workerRestarts: 1, peers: 1 });
  });

  it('replaces all workers when all of them hang', async () => {
    const sfu = await start({ workers: 2, maxPeersPerWorker: 1 });
    const room = await open(sfu);
    for (const name of ['ann', 'bob']) await room.addPeer(participant(name));
    const before = sfu.workerPids;
    const stoppedAtMs = performance.now();
    const lost = new Promise<void>((resolve) => {
      const ids = new Set<string>();
      room.on('peersLost', (participantIds) => participantIds.every((id) => ids.add(id)) && ids.size === 2 && resolve());
    });
    for (const pid of before) process.kill(pid, 'SIGSTOP');
    await lost;
    const again = await room.addPeer(participant('ann'));
    console.log(`both workers stopped: a new one carries a peer after ${(performance.now() - stoppedAtMs).toFixed(0)} ms`);
    expect(before).not.toContain(workerOf(again).worker.pid);
    expect(sfu.stats.workerRestarts).toBe(2);
  });

  it('names a port that is taken', async () => {
    const socket = createSocket('udp4').bind(0, '127.0.0.1');
    await once(socket, 'listening');
    const { port } = socket.address();
    await expect(createSfu({ workers: 1, rtcPort: port, listenIp: '127.0.0.1', announcedIps: [], log: quiet })).rejects.toThrow(
      `127.0.0.1:${port}`,
    );
    socket.close();
  });
});

describe('a tap', () => {
  it('sends plain RTP as announced, with sender reports and no other packets', async () => {
    const room = await open(await start());
    const ann = await room.addPeer(participant('ann'));
    const track = await publish(ann, 'camera');
    const bridge = createSocket('udp4').bind(0, '127.0.0.1');
    await once(bridge, 'listening');
    const { port } = bridge.address();
    const tap = await room.tap(track.id, { ip: '127.0.0.1', port, sourceId: SourceId.parse('ann:camera') });
    expect(tap.track).toMatchObject({ sourceId: 'ann:camera', kind: 'video', codec: 'VP8', clockRate: 90_000 });

    const packets: Buffer[] = [];
    const enough = new Promise<void>((resolve) => {
      bridge.on('message', (message) => {
        packets.push(message);
        if (packets.filter(isSenderReport).length >= 2 && packets.length > 60) resolve();
      });
    });
    await tap.setSize({ width: 640, height: 360 });
    await tap.resume();
    await enough;
    const media = packets.filter((packet) => !isRtcp(packet));
    expect(new Set(media.map((packet) => packet.readUInt32BE(8)))).toEqual(new Set([tap.track.ssrc]));
    expect(new Set(media.map((packet) => packet.readUInt8(1) & 0x7f))).toEqual(new Set([tap.track.payloadType]));

    const closed = once(tap, 'closed');
    ann.closeProducer(track.id);
    await closed;
    expect(await rejection(room.tap(track.id, { ip: '127.0.0.1', port, sourceId: SourceId.parse('ann:camera') }))).toBe('NOT_FOUND');
    bridge.close();
  });

  it('sends opus and ends when the worker dies', async () => {
    const room = await open(await start());
    const ann = await room.addPeer(participant('ann'));
    const track = await publish(ann, 'microphone');
    const tap = await room.tap(track.id, { ip: '127.0.0.1', port: 9, sourceId: SourceId.parse('ann:camera') });
    expect(tap.track).toMatchObject({ kind: 'audio', codec: 'opus', clockRate: 48_000, channels: 2 });
    const closed = once(tap, 'closed');
    process.kill(workerOf(ann).worker.pid, 'SIGKILL');
    await closed;
    await tap.requestKeyFrame();
    await tap.setSize(null);
    tap.close('again');
  });
});

/** RFC 5761 4: RTCP packet types 192-223 occupy the marker and payload type byte. */
const isRtcp = (packet: Buffer) => packet.readUInt8(1) >= 192 && packet.readUInt8(1) <= 223;
const isSenderReport = (packet: Buffer) => packet.readUInt8(1) === 200;
