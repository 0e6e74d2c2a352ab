import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { HANDSHAKE_TYPE, writeHandshake, type Handshake } from './handshake.js';
import type { Verdict } from './SrtMultiplexer.js';
import { CONTROL, controlPacket, readPacket } from './packet.js';
import { CALLER, sendNumbered, VirtualCall } from './testing/VirtualCall.js';
import { seededRandom } from './testing/VirtualTime.js';

const ELSEWHERE = { address: '10.9.9.9', port: 1 };
const settle = () => new Promise((resolve) => setImmediate(resolve));
const PASSPHRASE = 'correct horse battery';
const encrypted = { decide: () => Promise.resolve<Verdict<string>>({ accept: true, passphrase: PASSPHRASE, client: 'client' }) };

function induction(socketId: number): Buffer {
  const hello: Omit<Handshake, 'mtu'> = {
    ...{ version: 4, encryption: 0, extensionField: 2, firstSeq: 5, windowPackets: 8192 },
    ...{ type: HANDSHAKE_TYPE.induction, socketId, cookie: 0, extensions: [] },
  };
  return controlPacket({ type: CONTROL.handshake, timestampUs: 0, destination: 0 }, writeHandshake(hello, '127.0.0.1'));
}

/** The same every time. */
function seededBytes(random: () => number, length: number): Buffer {
  return Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));
}

function mutate(datagram: Buffer, random: () => number): Buffer {
  const copy = Buffer.from(datagram.subarray(0, random() < 0.2 ? Math.floor(random() * datagram.length) : datagram.length));
  for (let count = 1 + Math.floor(random() * 4); count > 0 && copy.length > 0; count--)
    copy[Math.floor(random() * copy.length)] = random() < 0.3 ? 0xff : Math.floor(random() * 256);
  return copy;
}

async function connected(options: Parameters<VirtualCall['connect']>[0] = {}, listener: ConstructorParameters<typeof VirtualCall>[1] = {}) {
  const call = new VirtualCall({}, listener);
  await call.connect(options);
  return call;
}

describe('before the cookie', () => {
  it('keeps no state and replies with no more bytes than were sent', () => {
    const call = new VirtualCall();
    let asked = 0;
    for (let id = 2; id < 1002; id++) {
      const hello = induction(id);
      asked += hello.length;
      call.listener.receive(hello, { address: `10.0.${id >> 8}.${id & 255}`, port: id });
    }
    const answered = call.fromListener.reduce((sum, datagram) => sum + datagram.length, 0);
    expect(call.fromListener.length).toBe(1000);
    expect(answered / asked).toBe(1);
    expect(call.listener.isIdle).toBe(true);
  });

  it('limits how many inductions a second are answered', () => {
    const call = new VirtualCall({}, { limits: { inductionsPerSecond: 100 } });
    for (let id = 2; id < 5002; id++) call.listener.receive(induction(id), CALLER);
    expect(call.fromListener.length).toBe(100);
  });

  it('ignores a conclusion whose cookie belongs to another address or is older than two minutes', async () => {
    const call = await connected();
    const conclusion = call.fromCaller[1]!;
    const before = call.fromListener.length;
    call.listener.receive(conclusion, ELSEWHERE);
    call.time.advance(121_000_000);
    await settle();
    const stale = call.fromListener.length;
    call.listener.receive(conclusion, { ...CALLER, port: CALLER.port + 1 });
    await settle();
    expect(call.listener.connections.length).toBeLessThanOrEqual(1);
    expect(before).toBeGreaterThan(0);
    expect(call.fromListener.length).toBe(stale);
  });

  it('accepts no more callers per address, or in total, than its limits', async () => {
    const call = new VirtualCall({}, { limits: { connections: 1 } });
    await call.connect();
    const first = call.caller;
    call.atCaller = null;
    call.atListener = null;
    await call.connect();
    expect(call.caller).not.toBe(first);
    expect(call.refused).toBe('overload');
  });

  it('counts callers that still wait, so that many at once cannot pass the limits', async () => {
    let decided = 0;
    const decide = () => {
      decided++;
      return new Promise<never>(() => undefined);
    };
    const call = new VirtualCall({}, { decide, limits: { connectionsPerAddress: 1 } });
    for (let count = 0; count < 2; count++) {
      await call.call();
      call.time.advance(1_000_000);
    }
    expect([decided, call.refused]).toEqual([1, 'overload']);
  });
});

describe('hostile datagrams', () => {
  it('20,000 random datagrams: no exception, nothing kept', () => {
    const call = new VirtualCall();
    const random = seededRandom(11);
    for (let count = 0; count < 20_000; count++) {
      const datagram = seededBytes(random, Math.floor(random() * 120));
      if (count % 2 && datagram.length >= 16) {
        datagram.writeUInt32BE(0x80000000, 0);
        datagram.writeUInt32BE(0, 12);
      }
      call.listener.receive(datagram, CALLER);
    }
    expect(call.listener.isIdle).toBe(true);
  });

  it('5,000 mutated handshakes: each ends in silence, a rejection or one connection', async () => {
    const call = await connected({ passphrase: PASSPHRASE }, encrypted);
    const conclusion = call.fromCaller.find((datagram) => datagram.length > 100)!;
    const random = seededRandom(12);
    const fuzzed = new VirtualCall({}, encrypted);
    for (let count = 0; count < 5000; count++) {
      fuzzed.time.advance(1_000_000);
      const hello = induction(7);
      fuzzed.listener.receive(hello, CALLER);
      const cookie = fuzzed.fromListener.at(-1)!.readUInt32BE(16 + 28);
      const mutated = mutate(conclusion, random);
      if (mutated.length >= 64) {
        mutated.writeUInt32BE(7, 16 + 24);
        mutated.writeUInt32BE(cookie, 16 + 28);
      }
      fuzzed.listener.receive(mutated, CALLER);
      if (count % 50 === 0) await settle();
      fuzzed.fromListener.splice(0, fuzzed.fromListener.length - 1);
    }
    await settle();
    expect(fuzzed.listener.connections.length).toBeLessThanOrEqual(1);
  });

  it.each(['out', 'in'] as const)('20,000 packets inside a connection (%s): no exception, media continues', async (direction) => {
    const streamId = direction === 'out' ? '#!::r=cam,m=publish' : '#!::r=cam';
    const call = await connected({ direction, streamId });
    const [ours, theirs] = direction === 'out' ? [call.atListener!, call.atCaller!] : [call.atCaller!, call.atListener!];
    sendNumbered(call, theirs, { count: 20 });
    const random = seededRandom(13);
    const types = [CONTROL.ack, CONTROL.nak, CONTROL.ackAck, CONTROL.dropRequest, CONTROL.user, CONTROL.keepAlive, 4, 8];
    for (let count = 0; count < 20_000; count++) {
      const body = seededBytes(random, 4 * Math.floor(random() * 12));
      const header = { type: types[count % types.length]!, subtype: count % 5, info: Math.floor(random() * 2 ** 32) };
      const packet = controlPacket({ ...header, timestampUs: Math.floor(random() * 2 ** 32), destination: call.atListener!.id }, body);
      call.listener.receive(packet, CALLER);
      if (count % 100 === 0) call.time.advance(10_000);
    }
    expect(call.ends).toEqual([]);
    call.time.advance(2_000_000);
    const before = call.received.length;
    sendNumbered(call, theirs, { count: 200 });
    call.time.advance(1_000_000);
    expect(call.received.length - before).toBe(200);
    expect(ours.isEnded).toBe(false);
  });

  it('random data packets: memory stays within the window, and the connection ends when the caller does', async () => {
    const call = await connected();
    const random = seededRandom(14);
    for (let count = 0; count < 20_000; count++) {
      const datagram = seededBytes(random, 16 + 8);
      datagram.writeUInt32BE(Math.floor(random() * 2 ** 31), 0);
      datagram.writeUInt32BE((0xc0000000 + Math.floor(random() * 2 ** 26)) >>> 0, 4);
      datagram.writeUInt32BE(call.atListener!.id, 12);
      call.listener.receive(datagram, CALLER);
      if (count % 100 === 0) call.time.advance(10_000);
    }
    const { stats } = call.atListener!.receiver!;
    expect(stats.packets).toBe(20_000);
    call.caller!.close();
    call.time.advance(1_000_000);
    expect(call.listener.isIdle).toBe(true);
  });

  it('ignores goodbye and data from another port', async () => {
    const call = await connected();
    const goodbye = controlPacket({ type: CONTROL.shutdown, timestampUs: 0, destination: call.atListener!.id }, Buffer.alloc(4));
    call.listener.receive(goodbye, { ...CALLER, port: CALLER.port + 1 });
    call.listener.receive(goodbye, ELSEWHERE);
    expect(call.atListener!.isEnded).toBe(false);
    call.listener.receive(goodbye, CALLER);
    expect(call.ends).toContain('listener goodbye');
  });
});

describe('direction and keys', () => {
  it('accepts no data from a player, and none in clear once keys are agreed', async () => {
    const player = await connected({ direction: 'in', streamId: '#!::r=cam', passphrase: PASSPHRASE }, encrypted);
    const data = (id: number) => {
      const header = Buffer.alloc(16);
      header.writeUInt32BE(0xc0000001, 4);
      header.writeUInt32BE(id, 12);
      return Buffer.concat([header, randomBytes(188)]);
    };
    expect(readPacket(data(1))).toMatchObject({ isControl: false, key: null });
    player.listener.receive(data(player.atListener!.id), CALLER);
    const publisher = await connected({ passphrase: PASSPHRASE }, encrypted);
    publisher.listener.receive(data(publisher.atListener!.id), CALLER);
    player.time.advance(1_000_000);
    publisher.time.advance(1_000_000);
    expect([player.received, publisher.received]).toEqual([[], []]);
    expect(publisher.atListener!.receiver!.stats.refused).toBe(1);
  });

  it('renews keys without losing anything, in both directions, at 5 % loss', async () => {
    for (const direction of ['out', 'in'] as const) {
      const rotation = { refreshPackets: 300, announcePackets: 100 };
      const call = new VirtualCall({ loss: 0.05, seed: 21, jitterMs: 20 }, { ...encrypted, rotation });
      const streamId = direction === 'out' ? '#!::r=cam,m=publish' : '#!::r=cam';
      await call.connect({ passphrase: PASSPHRASE, keyBytes: 32, direction, streamId, rotation, latencyMs: 400 });
      const from = direction === 'out' ? call.atCaller! : call.atListener!;
      sendNumbered(call, from, { count: 2000 });
      call.time.advance(2_000_000);
      expect(from.rotation!.refreshes).toBeGreaterThanOrEqual(5);
      const isIntact = call.received.every(({ payload }) => payload.length === 1316 && payload[1315] === (payload.readUInt32BE(0) & 0xff));
      expect([isIntact, call.received.length]).toEqual([true, 2000]);
    }
  });

  it('never restores an old key for somebody who recorded its announcement', async () => {
    const rotation = { refreshPackets: 100, announcePackets: 50 };
    const call = new VirtualCall({}, { ...encrypted });
    await call.connect({ passphrase: PASSPHRASE, rotation });
    sendNumbered(call, call.atCaller!, { count: 150 });
    const isAnnouncement = (datagram: Buffer) => {
      const packet = readPacket(datagram);
      return packet?.isControl && packet.type === CONTROL.user && packet.subtype === 3;
    };
    const recorded = call.fromCaller.find(isAnnouncement)!;
    sendNumbered(call, call.atCaller!, { count: 350 });
    const refreshes = call.atListener!.keyReceiver!.refreshes;
    for (let attempt = 0; attempt < 100; attempt++) {
      call.listener.receive(recorded, CALLER);
      call.time.advance(10_000);
    }
    expect(call.atListener!.keyReceiver!.refreshes).toBe(refreshes);
    const before = call.received.length;
    sendNumbered(call, call.atCaller!, { count: 100 });
    call.time.advance(1_000_000);
    expect(call.received.length - before).toBe(100);
    expect(call.received.slice(before).every(({ payload }) => payload[1315] === (payload.readUInt32BE(0) & 0xff))).toBe(true);
  });

  it.each([
    ['unsecure', null, encrypted],
    ['unsecure', PASSPHRASE, {}],
    ['badSecret', 'some other phrase', encrypted],
  ] as const)('is refused as %s', async (rejection, passphrase, listener) => {
    const call = await connected({ passphrase }, listener);
    expect([call.refused, call.listener.isIdle]).toEqual([rejection, true]);
    expect(call.ends).toEqual(['failed ' + rejection]);
  });
});

describe('a peer that takes nothing', () => {
  it('costs a bounded window and is disconnected after ten seconds, although it shows signs of life', async () => {
    const call = await connected({ direction: 'in', streamId: '#!::r=cam' });
    const { sender, id } = call.atListener!;
    call.caller = null;
    let most = 0;
    for (let round = 0; round < 120 && !call.atListener!.isEnded; round++) {
      sendNumbered(call, call.atListener!, { count: 1000, everyUs: 100 });
      most = Math.max(most, sender!.stats.unacknowledgedBytes);
      call.listener.receive(controlPacket({ type: CONTROL.keepAlive, timestampUs: 0, destination: id }, Buffer.alloc(4)), CALLER);
    }
    expect(call.ends).toEqual(['listener deaf']);
    expect(most).toBeLessThanOrEqual(8192 * 1316);
    expect(call.listener.isIdle).toBe(true);
  });

  it('is lost after five seconds without a sign of life', async () => {
    const call = await connected();
    call.caller = null;
    call.time.advance(4_900_000);
    expect(call.ends).toEqual([]);
    call.time.advance(200_000);
    expect(call.ends).toEqual(['listener lost']);
  });
});
