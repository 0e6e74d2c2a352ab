import { createLog } from '@lianmai/kit';
import {
  ErrorCode,
  LianmaiError,
  requests,
  RoomId,
  type Acknowledgement,
  type AssetId,
  type EventName,
  type Grants,
  type RequestName,
} from '@lianmai/protocol';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { claims, noStreams, testDirectory, type FakeMedia } from '../rooms/testing/index.js';
import { ClientConnection } from './ClientConnection.js';
import { CommandLog } from './CommandLog.js';
import { dispatch, type DispatchOptions } from './dispatch.js';
import { RequestLimits } from './RequestLimits.js';

/** A page without a socket. */
class TestPage {
  readonly events: { name: EventName; data: unknown }[] = [];
  isHungUp = false;
  /** Number of events received before the latest reply. */
  eventsAtAnswer = 0;
  readonly connection: ClientConnection;
  readonly #options: DispatchOptions;

  constructor(options: DispatchOptions, identity: string, role: Grants['role'], grants: Partial<Grants> = {}) {
    this.#options = options;
    this.connection = new ClientConnection({
      claims: claims(identity, role, grants),
      network: '192.0.2.1',
      wire: {
        emit: (name, data) => void this.events.push({ name, data }),
        hangUp: () => (this.isHungUp = true),
        setInGroup: () => undefined,
      },
    });
  }
  async send(frame: unknown, bytes = 0): Promise<Acknowledgement<unknown>> {
    const answer = await dispatch(this.#options, this.connection, { frame, bytes });
    this.eventsAtAnswer = this.events.length;
    this.connection.release();
    return answer;
  }
  request(name: RequestName, data: unknown = {}, bytes = 0) {
    return this.send({ name, data }, bytes);
  }
  async joined() {
    const answer = await this.request('join');
    if (!answer.ok) throw new Error(answer.error.message);
    return answer.data as { participantId: string; resumeSecret: string };
  }
  get names() {
    return this.events.map(({ name }) => name);
  }
}

const unlimited = Object.assign(new RequestLimits(), { take: () => Promise.resolve() });
function testServer(limits: RequestLimits = unlimited) {
  const { rooms, media } = testDirectory();
  const streams = {
    assertNotStream: (room: string) => (room === 'cam' ? Promise.reject(new LianmaiError('NAME_TAKEN')) : Promise.resolve()),
  };
  const services = { rooms, streams, seatableStreams: noStreams, iceServers: [], saveAsset: () => Promise.resolve('asset' as AssetId) };
  const options: DispatchOptions = { services, limits, commands: new CommandLog(), log: createLog('test', 'silent') };
  const pageMedia = (identity: string, role: Grants['role'], grants: Partial<Grants> = {}) => new TestPage(options, identity, role, grants);
  return { rooms, media, pageMedia };
}
const codeOf = (answer: Acknowledgement<unknown>) => (answer.ok ? 'ok' : answer.error.code);

describe('a request', () => {
  it('[SIG-01] with an unknown name, or of the wrong shape, is BAD_REQUEST', async () => {
    const pageMedia = testServer().pageMedia('a', 'host');
    for (const frame of [
      undefined,
      null,
      1,
      'join',
      [],
      {},
      { name: 1 },
      { name: 'fly' },
      { name: '__proto__' },
      { name: 'constructor' },
    ]) {
      expect(codeOf(await pageMedia.send(frame))).toBe('BAD_REQUEST');
    }
  });

  it('[SIG-02] with invalid data gets an error that names the path and the expected value', async () => {
    const pageMedia = testServer().pageMedia('a', 'host');
    await pageMedia.joined();
    const answer = await pageMedia.request('takeDown', { participantId: 7 });
    expect(answer).toMatchObject({ ok: false, error: { code: 'BAD_REQUEST', details: { issues: [{ path: 'participantId' }] } } });
  });

  it('[SIG-03] before the join is WRONG_STATE, except join and ping', async () => {
    const pageMedia = testServer().pageMedia('a', 'host');
    const early = Object.entries(requests).filter(([, { state }]) => state === 'connected');
    expect(early.map(([name]) => name).sort()).toEqual(['attend', 'join', 'ping']);
    expect(codeOf(await pageMedia.request('ping'))).toBe('ok');
    expect(codeOf(await pageMedia.request('leave'))).toBe('WRONG_STATE');
    await pageMedia.joined();
    expect(codeOf(await pageMedia.request('ping'))).toBe('ok');
  });

  it('[SIG-04] is FORBIDDEN without the grant or the seat that it needs', async () => {
    const { pageMedia } = testServer();
    const [host, viewer] = [pageMedia('host', 'host'), pageMedia('viewer', 'viewer')];
    const { participantId } = await host.joined();
    await viewer.joined();
    for (const [name, data] of [
      ['lockRoom', { locked: true }],
      ['removeParticipant', { participantId }],
      ['approveStageRequest', { participantId }],
      ['bringOnAir', { participantId }],
      ['sendBackstage', { participantId }],
      ['setStage', { policy: 'open' }],
      ['startLive', {}],
      ['produce', { transportId: 't', source: 'camera', kind: 'video', rtpParameters: {} }],
    ] as const) {
      expect([name, codeOf(await viewer.request(name, data))]).toEqual([name, 'FORBIDDEN']);
    }
  });

  it('[SIG-05] to join is answered with everything that the page needs, and only once', async () => {
    const pageMedia = testServer().pageMedia('a', 'host');
    const [first, second] = await Promise.all([pageMedia.request('join'), pageMedia.request('join')]);
    expect(requests.join.reply.parse(first.ok && first.data)).toMatchObject({ mediaKept: false, snapshot: { room: { id: 'r1' } } });
    expect(codeOf(second)).toBe('WRONG_STATE');
    expect(codeOf(await pageMedia.request('join'))).toBe('WRONG_STATE');
  });

  it('[SIG-06] to join is answered before newer events; older ones are never sent', async () => {
    const { pageMedia, rooms, media } = testServer();
    await rooms.open(RoomId.parse('r1'));
    const made = media.get(RoomId.parse('r1')) as FakeMedia;
    const addPeer = made.addPeer.bind(made);
    let admit: () => void = () => undefined;
    made.addPeer = (id) => new Promise((resolve) => (admit = () => resolve(addPeer(id))));
    const host = pageMedia('host', 'host');
    const joining = host.request('join');
    await vi.waitFor(() => expect(rooms.find(RoomId.parse('r1'))?.participants.size).toBe(1));
    made.addPeer = addPeer;
    await pageMedia('older', 'guest').joined();
    host.connection.send('unmuteAsked', { by: host.connection.participant.id });
    admit();
    const answer = await joining;
    expect(host.eventsAtAnswer).toBe(0);
    expect(answer).toMatchObject({ ok: true, data: { snapshot: { participants: [{ name: 'host' }, { name: 'older' }] } } });
    expect(host.names).toEqual(['unmuteAsked']);
    await pageMedia('newer', 'viewer').joined();
    expect(host.names).toEqual(['unmuteAsked', 'participantJoined']);
  });

  it('[SIG-07] that fails internally is INTERNAL and reveals no internals', async () => {
    const { pageMedia, media } = testServer();
    const host = pageMedia('host', 'host');
    await host.joined();
    const [peer] = [...(media.get(RoomId.parse('r1'))?.peers.values() ?? [])];
    if (peer) peer.createTransport = () => Promise.reject(new TypeError('cannot read /etc/passwd'));
    const answer = await host.request('createTransport', { direction: 'send' });
    expect(answer).toMatchObject({ ok: false, error: { code: 'INTERNAL' } });
    expect(JSON.stringify(answer)).not.toContain('passwd');
  });

  it('[SIG-40] with an id is carried out once, however often it comes, also after a reconnection', async () => {
    const { pageMedia, rooms } = testServer();
    const host = pageMedia('host', 'host');
    const joined = await host.joined();
    const viewer = pageMedia('viewer', 'viewer');
    await viewer.joined();
    const ask = { name: 'requestStage', data: {}, id: 'a' };
    expect(codeOf(await viewer.send(ask))).toBe('ok');
    const room = rooms.get(RoomId.parse('r1'));
    const [asked] = room.stage.snapshot.requests;
    const decline = { name: 'declineStageRequest', data: { participantId: asked?.participantId }, id: 'b' };
    expect(codeOf(await host.send(decline))).toBe('ok');
    const { version } = room.stage.snapshot;
    expect(codeOf(await viewer.send(ask))).toBe('ok');
    expect(room.stage.snapshot).toMatchObject({ requests: [], version });
    host.connection.ended();
    const again = pageMedia('host', 'host');
    const resume = { participantId: joined.participantId, secret: joined.resumeSecret, media: 'fresh' };
    expect(codeOf(await again.request('join', { resume }))).toBe('ok');
    await viewer.request('requestStage');
    expect(codeOf(await again.send(decline))).toBe('ok');
    expect(room.stage.snapshot.requests).toHaveLength(1);
  });

  it('[SIG-41] from the audience may ask and chat, but nothing that needs a participant; joining continues the same person', async () => {
    const { pageMedia, rooms } = testServer();
    const host = pageMedia('host', 'host');
    expect(codeOf(await pageMedia('early', 'viewer').request('attend'))).toBe('NOT_FOUND');
    await host.joined();
    const viewer = pageMedia('viewer', 'viewer');
    const attended = await viewer.request('attend');
    expect(attended).toMatchObject({ ok: true, data: { snapshot: { attending: 1, own: { place: 'audience' } } } });
    expect(codeOf(await viewer.request('attend'))).toBe('WRONG_STATE');
    expect(codeOf(await viewer.request('sendChat', { text: 'hi', nonce: '1' }))).toBe('ok');
    expect(codeOf(await viewer.request('requestStage', { message: 'me' }))).toBe('ok');
    for (const name of ['leaveStage', 'createTransport', 'listAudience', 'lockRoom'] as const)
      expect([name, codeOf(await viewer.request(name))]).toEqual([name, 'WRONG_STATE']);
    const room = rooms.get(RoomId.parse('r1'));
    const [asked] = room.stage.snapshot.requests;
    expect(asked).toMatchObject({ name: 'viewer', message: 'me' });
    expect(await host.request('listAudience')).toMatchObject({ data: { people: [{ name: 'viewer', isAsking: true }], total: 1 } });
    await host.request('approveStageRequest', { participantId: asked?.participantId });
    expect(viewer.events.at(-1)).toMatchObject({ name: 'ownStageChanged', data: { place: 'backstage' } });
    const joined = await viewer.joined();
    expect(joined.participantId).toBe(asked?.participantId);
    expect(room.audience.size).toBe(0);
    expect(codeOf(await viewer.request('attend'))).toBe('ok');
    expect([room.participants.size, room.audience.size]).toEqual([1, 1]);
    expect(codeOf(await viewer.request('leave'))).toBe('ok');
    expect(room.audience.size).toBe(0);
  });

  it('[SIG-08] is RATE_LIMITED with the time to wait; chat sooner, and across the person’s connections', async () => {
    const { pageMedia } = testServer(new RequestLimits());
    const host = pageMedia('host', 'host');
    await host.joined();
    const say = (from: TestPage, index: number) => from.request('sendChat', { text: 'hi', nonce: String(index) });
    for (let index = 0; index < 10; index++) expect(codeOf(await say(host, index))).toBe('ok');
    const refused = await say(host, 99);
    expect(refused).toMatchObject({
      ok: false,
      error: { code: 'RATE_LIMITED', message: expect.stringMatching(/in \d+ s\.$/), details: { retryAfterMs: expect.any(Number) } },
    });
    const again = pageMedia('host', 'host');
    await again.joined();
    expect(codeOf(await say(again, 100))).toBe('RATE_LIMITED');
    const codes = await Promise.all(Array.from({ length: 400 }, () => again.request('ping')));
    expect(codes.filter((answer) => !answer.ok).length).toBeGreaterThan(50);
  });
});

/** Data that notices whether anybody looks at it. */
function untouchable() {
  let touches = 0;
  const count = <T>(answer: T) => {
    touches += 1;
    return answer;
  };
  const data = new Proxy(
    {},
    {
      get: () => count(undefined),
      has: () => count(false),
      ownKeys: () => count([]),
      getPrototypeOf: () => count(null),
      getOwnPropertyDescriptor: () => count(undefined),
    },
  );
  return { data, touches: () => touches };
}

describe('the data of a refused request', () => {
  const names = Object.keys(requests) as RequestName[];

  it.each(names.filter((name) => requests[name].state === 'joined'))('[SIG-36] is not read before the join: %s', async (name) => {
    const { data, touches } = untouchable();
    const answer = await testServer().pageMedia('a', 'host').request(name, data, 1);
    expect([codeOf(answer), touches()]).toEqual(['WRONG_STATE', 0]);
  });

  it.each(names.filter((name) => requests[name].permission !== null))('[SIG-36] is not read without the right: %s', async (name) => {
    const { pageMedia } = testServer();
    const nobody = pageMedia('n', 'viewer', { subscribe: false, publish: [] });
    await nobody.joined();
    const { data, touches } = untouchable();
    const code = codeOf(await nobody.request(name, data, Number.MAX_SAFE_INTEGER));
    // Everybody may chat.
    expect([code, touches()]).toEqual([requests[name].permission === 'chat' ? 'TOO_LARGE' : 'FORBIDDEN', 0]);
  });

  it.each(names)('[SIG-37] is not read when it is larger than that request may be: %s', async (name) => {
    const { pageMedia } = testServer();
    const host = pageMedia('h', 'host');
    if (requests[name].state !== 'connected') await host.joined();
    const { data, touches } = untouchable();
    expect(codeOf(await host.request(name, data, requests[name].maxBytes + 1))).toBe('TOO_LARGE');
    expect(touches()).toBe(0);
    expect(codeOf(await host.request(name, 7, requests[name].maxBytes))).toBe('BAD_REQUEST');
  });
});

describe('a connection', () => {
  it('[SIG-10] that the same person’s other page replaces is told, disconnected, and represents nobody', async () => {
    const { pageMedia } = testServer();
    const [first, second] = [pageMedia('a', 'host'), pageMedia('a', 'host')];
    await first.joined();
    await second.joined();
    expect(first.events.at(-1)).toMatchObject({ name: 'disconnecting', data: { code: 'REPLACED' } });
    expect(first.isHungUp).toBe(true);
    expect(codeOf(await first.request('lockRoom', { locked: true }))).toBe('WRONG_STATE');
    first.connection.ended();
    expect(second.connection.participant.info().presence).toBe('connected');
  });

  it('[SIG-11] that has left may join again', async () => {
    const { pageMedia } = testServer();
    const guest = pageMedia('g', 'guest');
    await guest.joined();
    expect(codeOf(await guest.request('leave'))).toBe('ok');
    expect(codeOf(await guest.request('requestStage'))).toBe('WRONG_STATE');
    expect(codeOf(await guest.request('join'))).toBe('ok');
  });

  it('[SIG-12] that was lost and comes back resumes the same participant', async () => {
    const { pageMedia } = testServer();
    const before = pageMedia('g', 'guest');
    const { participantId, resumeSecret } = await before.joined();
    before.connection.ended();
    const after = pageMedia('g', 'guest');
    const answer = await after.request('join', { resume: { participantId, secret: resumeSecret, media: 'keep' } });
    expect(answer).toMatchObject({ ok: true, data: { participantId, resumeSecret } });
  });

  it('[SIG-14] of a host from the lobby gets NAME_TAKEN for the name of a stream; others may enter', async () => {
    const { pageMedia, rooms } = testServer();
    expect(codeOf(await pageMedia('lobby:ann', 'host', { room: RoomId.parse('cam') }).request('join'))).toBe('NAME_TAKEN');
    expect(rooms.all).toEqual([]);
    expect(codeOf(await pageMedia('ann', 'host', { room: RoomId.parse('cam') }).request('join'))).toBe('ok');
    expect(codeOf(await pageMedia('lobby:bob', 'viewer', { room: RoomId.parse('cam') }).request('join'))).toBe('ok');
  });

  it('[SIG-15] goes live with what its token grants', async () => {
    const { pageMedia, rooms } = testServer();
    const started: unknown[] = [];
    for (const [name, grants] of [
      ['ann', {}],
      ['bob', { liveAsStream: true }],
    ] as const) {
      const page = pageMedia(name, 'host', grants);
      await page.joined();
      const { program } = rooms.get(RoomId.parse('r1'));
      const start = program.start.bind(program);
      program.start = (request, starter) => {
        started.push(starter?.liveAsStream);
        return start(request, starter);
      };
      await page.request('startLive');
      await page.request('stopLive');
      program.start = start;
    }
    expect(started).toEqual([false, true]);
  });

  it('[SIG-13] whose room cannot give it media gets the error and leaves no participant behind', async () => {
    const { pageMedia, rooms, media } = testServer();
    await rooms.open(RoomId.parse('r1'));
    const made = media.get(RoomId.parse('r1'));
    if (made) made.failures = 1;
    const guest = pageMedia('g', 'guest');
    expect(codeOf(await guest.request('join'))).toBe('INTERNAL');
    expect(rooms.find(RoomId.parse('r1'))?.participants.size).toBe(0);
    expect(codeOf(await guest.request('join'))).toBe('ok');
  });
});

describe('arbitrary input', () => {
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => void unhandled.push(reason);
  beforeAll(() => void process.on('unhandledRejection', note));
  afterAll(() => void process.off('unhandledRejection', note));

  const names = Object.keys(requests) as RequestName[];
  /** Garbage, and near misses that pass the parser and reach the handlers. */
  const frames = (ids: string[]) => {
    const id = fc.oneof(fc.constantFrom(...ids), fc.string());
    const plausible = fc.record(
      {
        participantId: id,
        transportId: id,
        producerId: id,
        consumerId: id,
        outputId: id,
        source: fc.constantFrom('camera', 'microphone', 'screen', 'screenAudio', 'x'),
        kind: fc.constantFrom('audio', 'video'),
        direction: fc.constantFrom('send', 'receive'),
        rtpParameters: fc.dictionary(fc.string(), fc.anything()),
        rtpCapabilities: fc.object(),
        dtlsParameters: fc.record({ fingerprints: fc.array(fc.record({ algorithm: fc.constant('sha-256'), value: fc.string() })) }),
        paused: fc.boolean(),
        locked: fc.boolean(),
        accept: fc.boolean(),
        text: fc.string({ unit: 'binary' }),
        nonce: fc.string(),
        seatLimit: fc.integer({ min: -1, max: 12 }),
        policy: fc.constantFrom('open', 'request', 'x'),
        width: fc.integer(),
        height: fc.integer(),
        bytes: fc.uint8Array(),
        url: fc.string(),
        version: fc.integer(),
        resume: fc.record({ participantId: id, secret: fc.string(), media: fc.constantFrom('keep', 'fresh') }),
      },
      { requiredKeys: [] },
    );
    return fc.oneof(
      { weight: 6, arbitrary: fc.record({ name: fc.constantFrom(...names), data: plausible }) },
      { weight: 2, arbitrary: fc.record({ name: fc.constantFrom(...names), data: fc.anything() }) },
      { weight: 1, arbitrary: fc.record({ name: fc.string(), data: fc.anything() }) },
      { weight: 1, arbitrary: fc.anything() },
    );
  };

  it('[SIG-20] 10,000 generated frames each get a reply or a typed error, without an exception', async () => {
    const { pageMedia, rooms } = testServer();
    const host = pageMedia('host', 'host');
    const { participantId } = await host.joined();
    const ids = [participantId];
    let pages = [pageMedia('a', 'host'), pageMedia('b', 'guest'), pageMedia('c', 'viewer'), pageMedia('d', 'viewer')];
    const counts = new Map<string, number>();
    const sample = fc.sample(frames(ids), 10_000);
    for (const [index, frame] of sample.entries()) {
      if (index % 200 === 0) {
        pages = [pageMedia(`a${index}`, 'host'), pageMedia('b', 'guest'), pageMedia(`c${index}`, 'viewer'), pageMedia('d', 'viewer')];
        for (const one of pages.slice(0, 3)) await one.request('join');
      }
      const answer = await (pages[index % 4] as TestPage).send(frame);
      const code = codeOf(answer);
      counts.set(code, (counts.get(code) ?? 0) + 1);
      if (!answer.ok) expect(ErrorCode.options).toContain(answer.error.code);
    }
    await new Promise((resolve) => setImmediate(resolve));
    expect(unhandled).toEqual([]);
    expect(counts.get('INTERNAL') ?? 0).toBe(0);
    expect(counts.get('ok')).toBeGreaterThan(500);
    expect(rooms.find(RoomId.parse('r1'))).toBeDefined();
    expect(codeOf(await pageMedia('z', 'host').request('join'))).toBe('ok');
  });
});
