import { EventEmitter } from 'node:events';
import type { Log } from '@lianmai/kit';
import {
  defaultScene,
  LianmaiError,
  patchScene,
  resolveProfile,
  type ProgramId,
  type ProgramInfo,
  type ScenePatch,
  type StartLive,
  type UpdateLive,
  type UpdateLiveReply,
} from '@lianmai/protocol';
import type { Bridge, BridgePool } from '../bridge/index.js';
import type { AssetStore } from './AssetStore.js';
import type { ClaimName, ProgramControl, ProgramControlEvents, ProgramRoom, ProgramStarter } from './contract.js';
import type { ProgramIntent, ProgramIntents } from './intents/index.js';
import { Program, type ProgramOptions } from './Program.js';

export interface RoomProgramOptions {
  room: ProgramRoom;
  /** Called once, when this is closed. */
  onClosed: () => void;
  bridges: BridgePool;
  assets: Pick<AssetStore, 'has'>;
  claimName: ClaimName;
  intents: Pick<ProgramIntents, 'keep' | 'forget'>;
  log: Log;
}

/** Knows which program of a room is the current one. The last one stays visible until the next starts. */
export class RoomProgram extends EventEmitter<ProgramControlEvents> implements ProgramControl {
  readonly #options: RoomProgramOptions;
  #program: Program | null = null;
  #isClosed = false;
  /** The server is shutting down, and its successor goes on with the program. */
  #isHandedOver = false;

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

  async start(request: StartLive, starter: ProgramStarter = { liveAsStream: false }): Promise<ProgramInfo> {
    await this.#assertAssets(request.scene);
    const { asStream } = await this.#options.claimName(this.#options.room.id, starter);
    if (this.#isClosed) throw new LianmaiError('SHUTTING_DOWN');
    if (this.#program && !this.#program.isOver)
      throw new LianmaiError('WRONG_STATE', { state: this.#program.info.state }, { message: 'The room is live already.' });
    const program = this.#create({
      asStream,
      profile: resolveProfile(request.profile),
      scene: patchScene(defaultScene(), request.scene ?? {}),
      outputs: request.outputs ?? [],
    });
    await program.start();
    return program.info;
  }

  async resume(intent: ProgramIntent): Promise<void> {
    const { room, claimName, intents } = this.#options;
    const { profile, scene, outputs } = intent;
    const { asStream } = await claimName(room.id, { liveAsStream: intent.asStream }).catch((error: unknown) => {
      intents.forget(room.id);
      throw error;
    });
    if (this.#isClosed || (this.#program && !this.#program.isOver)) return;
    this.#create({ asStream, profile, scene, outputs, earlier: intent }).resume();
  }

  async update(change: UpdateLive): Promise<UpdateLiveReply> {
    await this.#assertAssets(change.scene);
    return this.running().update(change);
  }

  running(): Program {
    if (!this.#program || this.#program.isOver) throw new LianmaiError('WRONG_STATE', undefined, { message: 'The room is not live.' });
    return this.#program;
  }

  async close(_reason: string, { isHandedOver = false } = {}): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isHandedOver = isHandedOver;
    await this.#program?.stop();
    this.#options.onClosed();
  }

  #create(wanted: Pick<ProgramOptions, 'asStream' | 'profile' | 'scene' | 'outputs' | 'earlier'>): Program {
    const { room, bridges, log } = this.#options;
    const program: Program = new Program({
      ...wanted,
      room,
      bridges,
      onChanged: () => this.#afterChange(program),
      onLevels: (levels) => this.emit('levels', levels),
      log: log.child({ room: room.id }),
    });
    this.#program = program;
    this.#afterChange(program);
    return program;
  }

  #afterChange(program: Program): void {
    if (this.#program !== program) return;
    const { intents, room } = this.#options;
    const { intent } = program;
    if (intent) intents.keep(intent);
    else if (!this.#isHandedOver) intents.forget(room.id);
    this.emit('changed', program.info);
  }

  /** Rejects an unknown picture by its id before it can be missing on air. */
  async #assertAssets(scene: ScenePatch | undefined): Promise<void> {
    for (const assetId of [scene?.background?.image, scene?.logo?.image]) {
      if (assetId && !(await this.#options.assets.has(assetId)))
        throw new LianmaiError('NOT_FOUND', { assetId }, { message: 'There is no such picture. Upload it first.' });
    }
  }
}
