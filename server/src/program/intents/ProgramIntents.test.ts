import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLog } from '@lianmai/kit';
import { defaultScene, Identity, OutputId, ParticipantId, ProgramId, resolveProfile, RoomId } from '@lianmai/protocol';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Store } from '../../store/index.js';
import { ProgramIntents, type ProgramIntent } from './index.js';

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
  liveSinceMs: 1_700_000_000_500,
  people: [{ identity: Identity.parse('ann'), participantId: ParticipantId.parse('p1') }],
  streams: [{ stream: { app: 'live', name: 'cam' }, title: 'Camera', participantId: ParticipantId.parse('p2'), muted: ['microphone'] }],
  chat: [{ id: 'm1', participantId: ParticipantId.parse('p1'), name: 'Ann', role: 'host', text: 'hello', atMs: 1_700_000_000_000 }],
  network: '192.0.2.1',
  runs: 1,
  ...change,
});

/** The intents that a server finds when it is started now. */
async function found(withinMs = 60_000): Promise<ProgramIntent[]> {
  const intents = new ProgramIntents({ store, log });
  const recent = await intents.recent(withinMs);
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
    const { streams: _streams, chat: _chat, network: _network, liveSinceMs: _liveSinceMs, ...earlier } = intentOf('a');
    await store.db
      .insertInto('programIntents')
      .values({ room: 'a', intent: JSON.stringify(earlier), aliveAtMs: Date.now() })
      .execute();
    expect(await found()).toEqual([{ ...earlier, liveSinceMs: null, streams: [], chat: [], network: null }]);
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
    await store.db
      .insertInto('programIntents')
      .values([
        { room: 'a', intent: 'not JSON', aliveAtMs: Date.now() },
        { room: 'b', intent: '{"room":"b"}', aliveAtMs: Date.now() },
      ])
      .execute();
    expect(await found()).toEqual([]);
    expect(await store.db.selectFrom('programIntents').selectAll().execute()).toEqual([]);
  });
});
