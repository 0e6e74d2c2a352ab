import { EventEmitter } from 'node:events';
import { createLog } from '@lianmai/kit';
import { LianmaiError, type AssetId, type PlayProtocol } from '@lianmai/protocol';
import { onTestFinished } from 'vitest';
import { FakeBridge, startBridges } from '../../bridge/testing/index.js';
import type { ClaimName } from '../contract.js';
import { createPrograms } from '../createPrograms.js';
import type { ProgramIntent, ProgramIntentsEvents } from '../intents/index.js';
import type { ProgramLimits } from '../ProgramAdmission.js';
import { FakeRoom } from './FakeRoom.js';

const LIMITS: ProgramLimits = { maxCores: null, maxPerAddress: 2, lobbyProfile: '720p' };
const noStream: ClaimName = () => Promise.resolve({ asStream: false });

/** A store that has the pictures `a` and `b`, and notes which are held. */
class FakeAssets {
  readonly held: AssetId[] = [];

  hold = (id: AssetId) => {
    if (!['a', 'b'].includes(id)) throw new LianmaiError('NOT_FOUND');
    this.held.push(id);
    return () => void this.held.splice(this.held.indexOf(id), 1);
  };
}

/** Keeps the latest intent of each room in memory. */
class FakeIntents extends EventEmitter<ProgramIntentsEvents> {
  readonly byRoom = new Map<string, ProgramIntent>();

  keep(intent: ProgramIntent): void {
    this.byRoom.set(intent.room, structuredClone(intent));
  }

  async assertFree(): Promise<void> {}

  forget(room: string): void {
    this.byRoom.delete(room);
  }
}

export interface SetUpOptions {
  requestTimeoutMs?: number;
  graceMs?: number;
  claimName?: ClaimName;
  players?: Partial<Record<PlayProtocol, number>>;
  limits?: Partial<ProgramLimits>;
  comeBackMs?: number;
}

/** For tests: the real programs of a room, and bridges that `connect` makes. Ends with the test. */
export async function setUpPrograms(options: SetUpOptions = {}) {
  const { requestTimeoutMs = 500, graceMs = 10_000, claimName = noStream, players = {}, limits = {}, comeBackMs = 0 } = options;
  const server = await startBridges({ requestTimeoutMs, graceMs });
  onTestFinished(server.close);
  const assets = new FakeAssets();
  const intents = new FakeIntents();
  const log = createLog('test', 'silent');
  const programs = createPrograms({
    ...{ bridges: server.bridges, assets, limits: { ...LIMITS, ...limits }, comeBackMs, claimName, intents, log },
    playersOf: () => players,
  });
  const room = new FakeRoom();
  const control = programs.forRoom(room);
  const connect = async (options: Partial<Parameters<typeof FakeBridge.connect>[0]> = {}) => {
    const fake = await FakeBridge.connect({ url: server.url, ...options });
    onTestFinished(() => fake.drop());
    return fake;
  };
  return { ...server, assets, intents, programs, room, control, connect };
}
