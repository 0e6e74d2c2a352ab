import { EventEmitter } from 'node:events';
import type { Log } from '@lianmai/kit';
import {
  defaultScene,
  LianmaiError,
  patchScene,
  resolveProfile,
  type ProgramInfo,
  type OutputId,
  type OutputInfo,
  type OutputRequest,
  type ProgramId,
  type RoomId,
  type ScenePatch,
  type StartLive,
  type UpdateLive,
  type UpdateLiveReply,
} from '@lianmai/protocol';
import type { Bridge, BridgePool } from '../bridge/index.js';
import type { AssetStore } from './AssetStore.js';
import type { ProgramControl, ProgramControlEvents, ProgramRoom } from './contract.js';
import { Program } from './Program.js';

export interface RoomProgramOptions {
  room: ProgramRoom;
  /** Called once when the control is closed. */
  onClosed: () => void;
  bridges: BridgePool;
  assets: Pick<AssetStore, 'has'>;
  /** Throws CONFLICT while somebody else publishes under the room's name. */
  assertFree?: (room: RoomId) => void;
  log: Log;
}

/** A room's live control: one program after another, the last one visible until the next. */
export class RoomProgram extends EventEmitter<ProgramControlEvents> implements ProgramControl {
  readonly #options: RoomProgramOptions;
  #program: Program | null = null;
  #isClosed = false;

  constructor(options: RoomProgramOptions) {
    super();
    this.#options = options;
  }

  get info(): ProgramInfo | null {
    return this.#program?.info ?? null;
  }

  get origin(): ProgramControl['origin'] {
    return this.#program?.origin ?? null;
  }

  owns(bridge: Bridge, programId: ProgramId): boolean {
    return this.#program?.owns(bridge, programId) ?? false;
  }

  async start(request: StartLive): Promise<ProgramInfo> {
    await this.#assertAssets(request.scene);
    if (this.#isClosed) throw new LianmaiError('SHUTTING_DOWN');
    if (this.#program && !this.#program.isOver)
      throw new LianmaiError('WRONG_STATE', { state: this.#program.info.state }, { message: 'The room is live already.' });
    const { room, bridges, assertFree, log } = this.#options;
    assertFree?.(room.id);
    const program = new Program({
      room,
      bridges,
      profile: resolveProfile(request.profile),
      scene: patchScene(defaultScene(), request.scene ?? {}),
      outputs: request.outputs ?? [],
      log: log.child({ room: room.id }),
    });
    this.#program = program;
    program.on('changed', () => this.#program === program && this.emit('changed', program.info));
    program.on('levels', (levels) => this.emit('levels', levels));
    this.emit('changed', program.info);
    await program.start();
    return program.info;
  }

  async update(change: UpdateLive): Promise<UpdateLiveReply> {
    await this.#assertAssets(change.scene);
    return this.#live().update(change);
  }

  async stop(): Promise<void> {
    await this.#live().stop();
  }

  async addOutput(request: OutputRequest): Promise<OutputInfo> {
    return this.#live().addOutput(request);
  }

  async removeOutput(id: OutputId): Promise<void> {
    await this.#live().removeOutput(id);
  }

  async retryOutput(id: OutputId): Promise<void> {
    await this.#live().retryOutput(id);
  }

  async close(_reason: string): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#program?.stop();
    this.#options.onClosed();
  }

  #live(): Program {
    if (!this.#program || this.#program.isOver) throw new LianmaiError('WRONG_STATE', undefined, { message: 'The room is not live.' });
    return this.#program;
  }

  /** Refused here with its name, rather than missed on air. */
  async #assertAssets(scene: ScenePatch | undefined): Promise<void> {
    for (const assetId of [scene?.background?.image, scene?.logo?.image]) {
      if (assetId && !(await this.#options.assets.has(assetId)))
        throw new LianmaiError('NOT_FOUND', { assetId }, { message: 'There is no such picture. Upload it first.' });
    }
  }
}
