import { inspect } from 'node:util';
import { CreateStream, StreamId, type AuthoriseRequest, type LianmaiError, type StreamClient } from '@lianmai/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FakeBridge, startBridges } from '../bridge/testing/index.js';
import { Store } from '../store/index.js';
import { StreamStatuses, signPlay, SeatableStreams, StreamRepository, type RegisteredStream } from './index.js';
import { asked, openStreams, statusOf } from './testing/index.js';

type Opened = Awaited<ReturnType<typeof openStreams>>;
let opened: Opened;
let pool: Awaited<ReturnType<typeof startBridges>>;
beforeEach(async () => {
  pool = await startBridges();
  opened = await openStreams({ bridges: pool.bridges, policy: { onTaken: 'takeover', resumeGraceMs: 7 } });
});
afterEach(async () => {
  await pool.close();
  await opened.close();
});

const make = (request: Partial<CreateStream> = {}) => opened.streams.create(CreateStream.parse({ name: 'cam', ...request }));
const keyOf = (stream: RegisteredStream) => stream.publishKey.reveal();
async function codeOf(task: Promise<unknown>): Promise<string | null> {
  return task.then(
    () => null,
    (error: unknown) => (error as LianmaiError).code,
  );
}
const claim = (room: string, starter: { liveAsStream: boolean }) => opened.streams.claimForRoom(room, starter);
const [GUEST, OWNER] = [{ liveAsStream: false }, { liveAsStream: true }];
const ask = (change: Partial<AuthoriseRequest>) => opened.authoriser.authorise(asked(change));

describe('StreamRepository', () => {
  it('keeps streams across a restart, with keys and options', async () => {
    const stream = await make({ title: '早上好', playAccess: 'signed', srtPassphrase: 'a-long-passphrase' });
    const store = await Store.open(opened.folder);
    const again = await StreamRepository.open(store);
    expect(await again.get(stream.id)).toEqual(stream);
    expect(keyOf(await again.get(stream.id))).toBe(keyOf(stream));
    expect([...again.apps]).toEqual(['live']);
    await store.close();
  });

  it('gives each stream its own keys of at least 128 bits that cannot be printed by accident', async () => {
    const [one, two] = [await make(), await make({ name: 'two' })];
    const secrets = [one, two].flatMap(({ publishKey, playSecret }) => [publishKey.reveal(), playSecret.reveal()]);
    expect(new Set(secrets).size).toBe(4);
    for (const secret of secrets) expect(Buffer.from(secret, 'base64url').length * 8).toBeGreaterThanOrEqual(128);
    for (const text of [JSON.stringify(one), inspect(one)]) for (const secret of secrets) expect(text).not.toContain(secret);
  });

  it('has one stream per name, even for simultaneous requests', async () => {
    const codes = await Promise.all([codeOf(make()), codeOf(make()), codeOf(make({ app: 'other' }))]);
    expect(codes.sort()).toEqual(['CONFLICT', null, null]);
    expect((await opened.streams.all()).length).toBe(2);
  });

  it('changes the given fields and keeps the rest', async () => {
    const { id } = await make({ title: 'Morning', srtPassphrase: 'a-long-passphrase' });
    expect(await opened.streams.update(id, { playAccess: 'signed' })).toMatchObject({ title: 'Morning', playAccess: 'signed' });
    expect((await opened.streams.update(id, { srtPassphrase: null })).srtPassphrase).toBeNull();
    expect(await opened.streams.update(id, {})).toMatchObject({ title: 'Morning', playAccess: 'signed' });
    const nobody = StreamId.parse('str_nobody');
    expect(await codeOf(opened.streams.update(nobody, { title: 'x' }))).toBe('NOT_FOUND');
    expect(await codeOf(opened.streams.rotateKey(nobody))).toBe('NOT_FOUND');
    expect(await codeOf(opened.streams.remove(nobody))).toBe('NOT_FOUND');
  });

  it('lists the apps of its streams', async () => {
    const { id } = await make({ app: 'studio' });
    expect(['live', 'studio', 'api', ''].map((app) => opened.streams.isApp(app))).toEqual([true, true, false, false]);
    await opened.streams.remove(id);
    expect(opened.streams.isApp('studio')).toBe(false);
    expect(await codeOf(make({ app: 'api' }))).toBe('BAD_REQUEST');
  });
});

describe('authorising a publisher', () => {
  it.each(['key', 'token'])('accepts the key as "%s", and returns the policy', async (param) => {
    const stream = await make({ srtPassphrase: 'a-long-passphrase' });
    const reply = { onTaken: 'takeover', resumeGraceMs: 7, srtPassphrase: 'a-long-passphrase', isSigned: false };
    expect(await ask({ params: { [param]: keyOf(stream) } })).toEqual(reply);
  });

  it('rejects everybody else, with the same error for a stream that does not exist', async () => {
    const [stream, other] = [await make(), await make({ name: 'other' })];
    const answers: unknown[] = [];
    const tries: Partial<AuthoriseRequest>[] = [
      ...[{}, { key: '' }, { key: 'wrong' }, { key: keyOf(other) }, { key: `${keyOf(stream)}x` }].map((params) => ({ params })),
      ...[{}, { key: 'wrong' }, { key: keyOf(stream) }].map((params) => ({ name: 'nobodys', params })),
      { app: 'other', params: { key: keyOf(stream) } },
    ];
    for (const one of tries) await ask(one).catch((error: unknown) => answers.push((error as LianmaiError).toWire()));
    expect(answers.length).toBe(tries.length);
    for (const answer of answers) expect(answer).toEqual({ code: 'FORBIDDEN', message: 'Unknown stream or wrong key. Check both.' });
  });

  it('accepts only the new key after a rotation', async () => {
    const stream = await make();
    const rotated = await opened.streams.rotateKey(stream.id);
    expect(await codeOf(ask({ params: { key: keyOf(stream) } }))).toBe('FORBIDDEN');
    expect(await codeOf(ask({ params: { key: keyOf(rotated) } }))).toBeNull();
  });

  it('makes an address wait after too many wrong keys, but no other address', async () => {
    const stream = await make();
    const from = (ip: string, key: string) => codeOf(ask({ ip, params: { key } }));
    for (let index = 0; index < 30; index++) expect(await from('203.0.113.9', 'guess')).toBe('FORBIDDEN');
    expect(await from('203.0.113.9', keyOf(stream))).toBe('RATE_LIMITED');
    expect(await from('203.0.113.10', keyOf(stream))).toBeNull();
    for (let index = 0; index < 30; index++) await from(`2001:db8:0:1::${index.toString(16)}`, 'guess');
    expect(await from('2001:0DB8:0000:0001:ffff:0:0:1', keyOf(stream))).toBe('RATE_LIMITED');
    expect(await from('2001:db8:0:2::1', keyOf(stream))).toBeNull();
  });

  it('lets a right key in although its address sent wrong keys for another stream', async () => {
    const stream = await make();
    const from = (name: string, key: string) => codeOf(ask({ ip: '203.0.113.9', name, params: { key } }));
    for (let index = 0; index < 31; index++) await from('other', 'old');
    expect(await from('other', 'old')).toBe('RATE_LIMITED');
    expect(await from('cam', keyOf(stream))).toBeNull();
    for (let index = 0; index < 300; index++) await from(`name${index}`, 'guess');
    expect(await from('cam', keyOf(stream))).toBe('RATE_LIMITED');
  });

  it('rejects the key while a room of that name is live, and tells only its holder why', async () => {
    const stream = await make();
    opened.programNames.set('cam', { isLive: true });
    expect(await codeOf(ask({ params: { key: keyOf(stream) } }))).toBe('CONFLICT');
    expect(await codeOf(ask({ params: { key: 'wrong' } }))).toBe('FORBIDDEN');
  });
});

describe('authorising a player', () => {
  const play = (params: Record<string, string> = {}, name = 'cam') => codeOf(ask({ action: 'play', protocol: 'flv', name, params }));

  it('accepts everybody by default: for a stream, a room’s program and an unused name', async () => {
    await make();
    opened.programNames.set('room', { isLive: true });
    expect(await Promise.all([play(), play({ sign: 'x' }), play({}, 'room'), play({}, 'nobodys')])).toEqual([null, null, null, null]);
  });

  it('requires a signed URL if the stream does', async () => {
    const stream = await make({ playAccess: 'signed' });
    const nowS = Math.floor(Date.now() / 1000);
    const { expire, sign } = signPlay(stream.playSecret, stream, nowS + 60);
    expect(await play({ expire, sign })).toBeNull();
    expect(await play({ expire, sign: sign.toUpperCase() })).toBeNull();
    const past = signPlay(stream.playSecret, stream, nowS - 1);
    expect(await play({ ...past })).toBe('TOKEN_EXPIRED');
    const wrong = [
      {},
      { expire },
      { sign },
      { expire: String(nowS + 61), sign },
      { expire: past.expire, sign },
      { expire: `0${expire}`, sign },
      { expire, sign: `${sign}0` },
      { ...signPlay(stream.publishKey, stream, nowS + 60) },
      { ...signPlay(stream.playSecret, { app: 'live', name: 'other' }, nowS + 60) },
      { key: keyOf(stream) },
    ];
    expect(await Promise.all(wrong.map((params) => play(params as Record<string, string>)))).toEqual(wrong.map(() => 'UNAUTHENTICATED'));
  });

  it('rejects everybody while the store fails', async () => {
    await opened.close();
    expect(await codeOf(ask({ action: 'play' }))).not.toBeNull();
  });
});

describe('a room and a stream', () => {
  it('do not get each other’s name', async () => {
    opened.programNames.set('cam', { isLive: false });
    expect(await codeOf(make())).toBe('CONFLICT');
    expect(await codeOf(make({ app: 'other' }))).toBeNull();
    expect(await claim('cam', GUEST)).toEqual({ asStream: false });
  });

  it('[ROOM-62] share a name only by a grant, and then the program is the stream', async () => {
    await make();
    expect(await codeOf(claim('cam', GUEST))).toBe('NAME_TAKEN');
    expect(await codeOf(opened.streams.assertNotStream('cam'))).toBe('NAME_TAKEN');
    expect(await claim('cam', OWNER)).toEqual({ asStream: true });
    expect(await claim('other', OWNER)).toEqual({ asStream: false });
    await make({ app: 'studio', name: 'other' });
    await opened.streams.assertNotStream('other');
  });

  it('do not share a name while the stream has a publisher, or waits for one to return', async () => {
    const bridge = await FakeBridge.connect({ url: pool.url });
    await make();
    for (const taken of [statusOf(), statusOf({ state: 'waiting', publisher: null })]) {
      bridge.announce('streamsMeasured', { streams: [taken, statusOf({ name: 'own', publisher: null })] });
      await vi.waitFor(async () => expect(await codeOf(claim('cam', OWNER))).toBe('CONFLICT'));
      expect(await codeOf(claim('cam', GUEST))).toBe('NAME_TAKEN');
      expect(await claim('own', GUEST)).toEqual({ asStream: false });
      bridge.announce('streamsMeasured', { streams: [] });
      await vi.waitFor(async () => expect(await claim('cam', OWNER)).toEqual({ asStream: true }));
    }
    bridge.drop();
  });

  it('do not get the same name at the same moment', async () => {
    const creating = codeOf(make());
    opened.programNames.set('cam', { isLive: true });
    expect(await creating).toBe('CONFLICT');
    expect(await opened.streams.all()).toEqual([]);
  });
});

describe('players that the SFU serves', () => {
  it('are counted, listed and disconnected like the others', async () => {
    const client: StreamClient = { id: 'w1', action: 'play', protocol: 'whep', ip: '203.0.113.5', sinceMs: 1, bytes: 0 };
    const whep = { count: () => 1, clients: () => [client], kick: (_stream: unknown, id: string) => (id === 'w1' ? 1 : 0) };
    const other = await openStreams({ bridges: pool.bridges, whep });
    const bridge = await FakeBridge.connect({ url: pool.url });
    bridge.answer('readClients', () => ({ clients: [{ ...client, id: 'f1', protocol: 'flv' }] }));
    bridge.answer('kick', () => ({ kicked: 1 }));
    bridge.announce('streamsMeasured', { streams: [statusOf()] });
    const { id } = await other.streams.create(CreateStream.parse({ name: 'cam' }));
    await vi.waitFor(() => expect(other.streams.statuses.viewers({ app: 'live', name: 'cam' }).total).toBe(4));
    expect((await other.streams.clients(id)).map((one) => one.id)).toEqual(['f1', 'w1']);
    await other.streams.kick(id, 'w1');
    expect(bridge.all('kick')).toEqual([]);
    await other.streams.kick(id, 'f1');
    expect(bridge.all('kick').length).toBe(1);
    bridge.drop();
    await other.close();
  });
});

describe('streams for a stage', () => {
  it('are published and public: no room’s program, and none that needs a signed URL', async () => {
    const stage = new SeatableStreams(opened.streams);
    await make({ name: 'signed', playAccess: 'signed' });
    await make({ title: 'Camera' });
    const bridge = await FakeBridge.connect({ url: pool.url });
    const streams = [statusOf(), statusOf({ name: 'signed' }), statusOf({ name: 'program', publisher: null })];
    bridge.announce('streamsMeasured', { streams });
    await vi.waitFor(async () => expect(await stage.list()).toEqual([{ app: 'live', name: 'cam', title: 'Camera' }]));
    expect(await codeOf(stage.get({ app: 'live', name: 'signed' }, 'host'))).toBe('FORBIDDEN');
    expect(await codeOf(stage.get({ app: 'live', name: 'signed' }, 'api'))).toBeNull();
    expect(await codeOf(stage.get({ app: 'live', name: 'nobodys' }, 'host'))).toBe('NOT_FOUND');
    bridge.drop();
  });
});

describe('disconnecting a publisher', () => {
  it('follows a deletion, a new key or a kick', async () => {
    const bridge = await FakeBridge.connect({ url: pool.url });
    bridge.answer('kick', () => ({ kicked: 1 }));
    const stream = await make();
    await opened.streams.kick(stream.id);
    await opened.streams.kick(stream.id, 'c9');
    await opened.streams.rotateKey(stream.id);
    await opened.streams.remove(stream.id);
    const { app, name } = stream;
    expect(bridge.all('kick')).toEqual([{ app, name }, { app, name, clientId: 'c9' }, { app, name }, { app, name, forget: true }]); // prettier-ignore
    bridge.drop();
  });

  it('is NOT_FOUND without a publisher, and a failing bridge does not prevent a deletion', async () => {
    const bridge = await FakeBridge.connect({ url: pool.url });
    const stream = await make();
    bridge.answer('kick', () => ({ kicked: 0 }));
    expect(await codeOf(opened.streams.kick(stream.id, 'gone'))).toBe('NOT_FOUND');
    bridge.answer('kick', () => {
      throw new Error('no');
    });
    await opened.streams.remove(stream.id);
    expect(await codeOf(opened.streams.get(stream.id))).toBe('NOT_FOUND');
    bridge.drop();
  });
});

describe('StreamStatuses', () => {
  it('shows the latest measurements; a lost bridge takes its streams with it', async () => {
    const live = new StreamStatuses({ bridges: pool.bridges, whepViewers: ({ name }) => (name === 'cam' ? 3 : 0) });
    const [one, two] = [
      await FakeBridge.connect({ url: pool.url, bridgeId: 'one' }),
      await FakeBridge.connect({ url: pool.url, bridgeId: 'two' }),
    ];
    one.announce('streamsMeasured', { streams: [statusOf({ state: 'waiting' }), statusOf({ name: 'b' })] });
    two.announce('streamsMeasured', { streams: [statusOf()] });
    await vi.waitFor(() => expect(live.all.length).toBe(3));
    expect(live.status({ app: 'live', name: 'cam' })).toMatchObject({ state: 'live', players: { flv: 2, hls: 1, whep: 3 } });
    expect(live.bridgeOf({ app: 'live', name: 'cam' })?.id).toBe('two');
    expect(live.bridgeOf({ app: 'live', name: 'b' })?.id).toBe('one');
    expect(live.viewers({ app: 'live', name: 'cam' })).toMatchObject({ total: 6, peak: 6 });
    expect([live.viewers({ app: 'live', name: 'x' }).total, live.status({ app: 'x', name: 'cam' })]).toEqual([0, null]);
    pool.bridges.bridges.find(({ id }) => id === 'two')?.end('test');
    expect(live.status({ app: 'live', name: 'cam' })?.state).toBe('waiting');
    one.announce('streamsMeasured', { streams: [] });
    await vi.waitFor(() => expect(live.all).toEqual([]));
    expect(live.bridgeOf({ app: 'live', name: 'cam' })?.id).toBe('one');
    one.drop();
  });
});
