import type { Log } from '@lianmai/kit';
import type { RoomId } from '@lianmai/protocol';
import type { Bridge, BridgePool } from '../bridge/index.js';
import type { AssetStore } from './AssetStore.js';
import type { ProgramFactory } from './contract.js';
import { RoomProgram } from './RoomProgram.js';

export interface CreateProgramsOptions {
  bridges: BridgePool;
  assets: Pick<AssetStore, 'has'>;
  /** Throws CONFLICT while somebody else publishes under the room's name. */
  assertFree?: (room: RoomId) => void;
  log: Log;
}

/** Gives each room its control, and ends on every bridge that says hello what belongs to none of them: an earlier server's, or one that was given up. */
export function createPrograms({ bridges, assets, assertFree = () => {}, log }: CreateProgramsOptions): ProgramFactory {
  const sessions = new Set<RoomProgram>();
  const endOrphans = (bridge: Bridge) => {
    const isOrphan = ({ programId }: Bridge['hello']['programs'][number]) =>
      ![...sessions].some((session) => session.owns(bridge, programId));
    for (const { programId } of bridge.hello.programs.filter(isOrphan)) {
      log.warn({ bridge: bridge.id, program: programId }, 'ending a program that belongs to no room');
      bridge.request('stopProgram', { programId }).catch((error: unknown) => log.warn({ err: error }, 'it could not be ended'));
    }
  };
  bridges.on('bridgeConnected', endOrphans);
  return {
    forRoom: (room) => {
      const session: RoomProgram = new RoomProgram({
        ...{ room, bridges, assets, assertFree, log },
        onClosed: () => sessions.delete(session),
      });
      sessions.add(session);
      return session;
    },
  };
}
