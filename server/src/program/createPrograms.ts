import type { EventEmitter } from 'node:events';
import type { Log } from '@lianmai/kit';
import type { ProgramId } from '@lianmai/protocol';
import type { Bridge, BridgePool } from '../bridge/index.js';
import type { AssetStore } from './AssetStore.js';
import type { ClaimName, PlayersOf, ProgramFactory } from './contract.js';
import type { ProgramIntents, ProgramIntentsEvents } from './intents/index.js';
import { ProgramAdmission, type ProgramLimits } from './ProgramAdmission.js';
import { RoomProgram } from './RoomProgram.js';

export interface CreateProgramsOptions {
  bridges: BridgePool;
  assets: Pick<AssetStore, 'hold'>;
  limits: ProgramLimits;
  /** How long bridges of an earlier server process may take to come back, ms. */
  comeBackMs: number;
  claimName: ClaimName;
  playersOf: PlayersOf;
  intents: Pick<ProgramIntents, 'keep' | 'forget' | 'assertFree'> & EventEmitter<ProgramIntentsEvents>;
  log: Log;
}

/**
 * Gives each room its program control. Whenever a bridge says hello, ends the programs on it that belong to no room: those that were stopped or given up
 * while the bridge was away. So no bridge may say hello before the programs of an earlier server process have been resumed.
 */
export function createPrograms({ limits, ...shared }: CreateProgramsOptions): ProgramFactory {
  const { bridges, intents, log } = shared;
  const admission = new ProgramAdmission(limits);
  const controls = new Set<RoomProgram>();
  bridges.on('bridgeConnected', (bridge) => {
    for (const { programId } of bridge.hello.programs)
      if (![...controls].some((control) => control.owns(bridge, programId))) void endOrphan(bridge, programId, log);
  });
  intents.on('lost', (room) => {
    for (const control of controls) if (control.roomId === room) void control.leaveToOther();
  });
  return {
    forRoom: (room) => {
      const onClosed = () => void controls.delete(control);
      const control: RoomProgram = new RoomProgram({ ...shared, room, admission, onClosed });
      controls.add(control);
      return control;
    },
  };
}

async function endOrphan(bridge: Bridge, programId: ProgramId, log: Log): Promise<void> {
  log.warn({ bridge: bridge.id, program: programId }, 'ending a program that belongs to no room');
  try {
    await bridge.request('stopProgram', { programId });
  } catch (error) {
    log.warn({ err: error, program: programId }, 'could not end a program that belongs to no room');
  }
}
