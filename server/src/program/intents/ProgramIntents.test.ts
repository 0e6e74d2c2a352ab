import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLog } from '@lianmai/kit';
import { defaultScene, Identity, OutputId, ParticipantId, ProgramId, resolveProfile, RoomId } from '@lianmai/protocol';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { Store } from '../../store/index.js';
import { ProgramIntents, type ProgramIntent } from './index.js';
import { hasEnded, ownServerId } from './serverId.js';

const log = createLog('test', 'silent');
let folder = '';
let store: Store;
beforeEach(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'lianmai-intents-'));
  store = await Store.open(folder);
});
afterEach(async () => {
  vi.useRealTimers();
  await store.close();
  rmSync(folder, { recursive: true, force: true });
});

const intentOf = (room: string, change: Partial<ProgramIntent> = {}): ProgramIntent => ({
  programId: ProgramId.parse(`prg_${room}`),
  room: RoomId.parse(room),
  asStream: false,
  profile: resolveProfile('720p'),
  scene: defaultScene(),
  mix: {},
  outputs: [{ id: OutputId.parse('out_1'), request: { kind: 'rtmp', url: 'rtmp://cdn.example.org/app/key' } }],
  startedAtMs: 1_700_000_000_000,
  liveSinceMs: 1_700_000_001_000,
  sources: [],
  people: [{ identity: Identity.parse('ann'), participantId: ParticipantId.parse('p1'), seat: 1 }],
  streams: [
    { stream: { app: 'live', name: 'cam' }, title: 'Camera', participantId: ParticipantId.parse('p2'), muted: ['microphone'], seat: 2 },
  ],
  chat: [{ id: 'm1', participantId: ParticipantId.parse('p1'), name: 'Ann', role: 'host', text: 'hello', atMs: 1_700_000_000_000 }],
  chatRules: {
    ...{ slowModeMs: 5000, linksFromAudience: false, pinned: null, blockWords: ['lottery'] },
    mutes: [{ identity: Identity.parse('bo'), participantId: ParticipantId.parse('p3'), name: 'Bo', untilMs: null }],
  },
  network: '192.0.2.1',
  runs: 1,
  ...change,
});

/** Whether it has ended, nobody here can tell. */
const OTHER = 'another machine/7/7';

/** The intents that a server finds when it is started now. */
async function found(withinMs = 60_000): Promise<ProgramIntent[]> {
  const intents = new ProgramIntents({ store, log, serverId: 'the next one' });
  const recent = await intents.takeOver(withinMs);
  await intents.close();
  return recent;
}

describe('ProgramIntents', () => {
  it('give the next server the latest of each room, and nothing of one that was stopped', async () => {
    const intents = new ProgramIntents({ store, log });
    intents.keep(intentOf('a'));
    intents.keep(intentOf('b'));
    const latest = intentOf('a', { scene: { ...defaultScene(), layout: 'pip' }, runs: 2 });
    intents.keep(latest);
    intents.forget(RoomId.parse('b'));
    await intents.close();
    expect(await found()).toEqual([latest]);
  });

  it('of an earlier version go on, with what that version kept', async () => {
    const { streams: _streams, network: _network, liveSinceMs: _liveSinceMs, sources: _sources, ...rest } = intentOf('a');
    const { chat: _chat, chatRules: _chatRules, ...earlier } = rest;
    await store.db
      .insertInto('programIntents')
      .values({ room: 'a', intent: JSON.stringify(earlier), owner: '', epoch: 0, aliveAtMs: Date.now() })
      .execute();
    expect(await found()).toEqual([{ ...earlier, liveSinceMs: null, sources: [], streams: [], chat: [], network: null }]);
  });

  it('are not written again while nothing changes', async () => {
    const intents = new ProgramIntents({ store, log });
    intents.keep(intentOf('a'));
    await vi.waitFor(async () => expect(await store.db.selectFrom('programIntents').selectAll().execute()).toHaveLength(1));
    await store.db.deleteFrom('programIntents').execute();
    intents.keep(intentOf('a'));
    await intents.close();
    expect(await found()).toEqual([]);
  });

  it('are too old once their server has been away for too long, however long the program ran', async () => {
    vi.useFakeTimers({ toFake: ['Date', 'setInterval', 'clearInterval'] });
    const intents = new ProgramIntents({ store, log });
    intents.keep(intentOf('a'));
    await vi.advanceTimersByTimeAsync(600_000);
    await intents.close();
    expect(await found(60_000)).toHaveLength(1);
    vi.setSystemTime(Date.now() + 61_000);
    expect(await found(60_000)).toEqual([]);
    expect(await found(600_000)).toEqual([]);
  });

  it('that cannot be read are forgotten', async () => {
    const row = { owner: '', epoch: 1, aliveAtMs: Date.now() };
    await store.db
      .insertInto('programIntents')
      .values([
        { room: 'a', intent: 'not JSON', ...row },
        { room: 'b', intent: '{"room":"b"}', ...row },
      ])
      .execute();
    expect(await found()).toEqual([]);
    expect(await store.db.selectFrom('programIntents').selectAll().execute()).toEqual([]);
  });
});

describe('two servers on one store', () => {
  const LEASE_MS = 400;
  const serverOf = (serverId: string) => {
    const intents = new ProgramIntents({ store, log, serverId, leaseMs: LEASE_MS });
    onTestFinished(() => intents.close());
    return intents;
  };
  const isKept = () => vi.waitFor(async () => expect(await store.db.selectFrom('programIntents').selectAll().execute()).toHaveLength(1));

  it('[ROOM-87] do not take over from one that is alive, and do not put its rooms on air', async () => {
    const living = serverOf(OTHER);
    living.keep(intentOf('a'));
    await isKept();
    const other = serverOf('elsewhere/1/1');
    const onClaimed = vi.fn();
    other.on('claimed', onClaimed);
    expect(await other.takeOver(60_000)).toEqual([]);
    await expect(other.assertFree(RoomId.parse('a'))).rejects.toMatchObject({ code: 'WRONG_STATE' });
    await other.assertFree(RoomId.parse('b'));
    await new Promise((resolve) => setTimeout(resolve, 4 * LEASE_MS));
    expect(onClaimed).not.toHaveBeenCalled();
  });

  it('take over at the end of the lease from one that gives no sign of life; that one loses the program when it comes to', async () => {
    const row = { room: 'a', intent: JSON.stringify(intentOf('a')), owner: OTHER, epoch: 7, aliveAtMs: Date.now() };
    await store.db.insertInto('programIntents').values(row).execute();
    const [one, two] = [serverOf('elsewhere/1/1'), serverOf('elsewhere/2/1')];
    const claims: string[] = [];
    one.on('claimed', ({ room }) => claims.push(room));
    two.on('claimed', ({ room }) => claims.push(room));
    expect([...(await one.takeOver(60_000)), ...(await two.takeOver(60_000))]).toEqual([]);
    await vi.waitFor(() => expect(claims).toEqual(['a']), 10_000);
    const frozen = serverOf(OTHER);
    const lost = new Promise((resolve) => frozen.once('lost', resolve));
    frozen.keep(intentOf('a', { runs: 9 }));
    expect(await lost).toBe('a');
    expect(await store.db.selectFrom('programIntents').select(['epoch', 'intent']).execute()).toMatchObject([
      { epoch: 8, intent: row.intent },
    ]);
  });

  it('notice with the next sign of life that an intent is no longer theirs', async () => {
    const intents = serverOf(OTHER);
    intents.keep(intentOf('a'));
    await isKept();
    const lost = new Promise((resolve) => intents.once('lost', resolve));
    await store.db.updateTable('programIntents').set({ owner: 'elsewhere/1/1', epoch: 9 }).execute();
    expect(await lost).toBe('a');
  });

  it('take over at once from a process of this machine that has ended', async () => {
    const child = spawn('true');
    const pid = child.pid ?? 0;
    await once(child, 'exit');
    const owner = [ownServerId().split('/')[0], pid, '123'].join('/');
    const row = { room: 'a', intent: JSON.stringify(intentOf('a')), owner, epoch: 1, aliveAtMs: Date.now() };
    await store.db.insertInto('programIntents').values(row).execute();
    expect(await serverOf(ownServerId()).takeOver(60_000)).toHaveLength(1);
  });
});

describe('the id of a server', () => {
  it('tells that a process has ended, also when its id is used again', async () => {
    const [where = '', pid, started] = ownServerId().split('/');
    expect(hasEnded(ownServerId())).toBe(false);
    expect(hasEnded([where, pid, `${started}1`].join('/'))).toBe(true);
    const child = spawn('sleep', ['60']);
    expect(hasEnded([where, child.pid, '1'].join('/'))).toBe(true);
    child.kill();
    await once(child, 'exit');
    expect(hasEnded([where, child.pid, ''].join('/'))).toBe(true);
    expect(hasEnded(['another machine', child.pid, ''].join('/'))).toBe(false);
  });
});
