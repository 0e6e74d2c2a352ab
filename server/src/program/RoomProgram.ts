import { EventEmitter } from 'node:events';
import type { Log } from '@lianmai/kit';
import {
  defaultScene,
  LianmaiError,
  patchScene,
  resolveProfile,
  type ProgramId,
  type ProgramInfo,
  type RoomId,
  type ScenePatch,
  type StartLive,
  type UpdateLive,
  type UpdateLiveReply,
} from '@lianmai/protocol';
import type { Bridge, BridgePool } from '../bridge/index.js';
import type { AssetStore } from './AssetStore.js';
import type { ClaimName, PlayersOf, ProgramControl, ProgramControlEvents, ProgramRoom, ProgramStarter } from './contract.js';
import { HeldPictures } from './HeldPictures.js';
import type { ProgramIntent, ProgramIntents } from './intents/index.js';
import { Program, type ProgramOptions } from './Program.js';
import type { ProgramAdmission } from './ProgramAdmission.js';

export interface RoomProgramOptions {
  room: ProgramRoom;
  /** Called once, when this is closed. */
  onClosed: () => void;
  bridges: BridgePool;
  admission: ProgramAdmission;
  /** How long bridges of an earlier server process may take to come back, ms. */
  comeBackMs: number;
  assets: Pick<AssetStore, 'hold'>;
  claimName: ClaimName;
  playersOf: PlayersOf;
  intents: Pick<ProgramIntents, 'keep' | 'forget' | 'assertFree'>;
  log: Log;
}

/** Knows which program of a room is the current one. The last one stays visible until the next starts. */
export class RoomProgram extends EventEmitter<ProgramControlEvents> implements ProgramControl {
  readonly #options: RoomProgramOptions;
  readonly #pictures: HeldPictures;
  /** Starts and updates under way: their pictures may not be on air yet. */
  #changes = 0;
  #program: Program | null = null;
  #isClosed = false;
  /** The server is shutting down, and its successor goes on with the program. */
  #isHandedOver = false;

  constructor(options: RoomProgramOptions) {
    super();
    this.#options = options;
    this.#pictures = new HeldPictures(options.assets);
  }

  get roomId(): RoomId {
    return this.#options.room.id;
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

  start(request: StartLive, starter: ProgramStarter): Promise<ProgramInfo> {
    return this.#withPictures(request.scene, async () => {
      await this.#options.intents.assertFree(this.#options.room.id);
      const { asStream } = await this.#options.claimName(this.#options.room.id, starter);
      if (this.#isClosed) throw new LianmaiError('SHUTTING_DOWN');
      if (this.#program && !this.#program.isOver)
        throw new LianmaiError('WRONG_STATE', { state: this.#program.info.state }, { message: 'The room is live already.' });
      const profile = resolveProfile(request.profile);
      const leave = this.#options.admission.admit(profile, starter);
      const scene = patchScene(defaultScene(), request.scene ?? {});
      const program = this.#create({ asStream, profile, scene, outputs: request.outputs ?? [], network: starter.network }, leave);
      await program.start();
      return program.info;
    });
  }

  async resume(intent: ProgramIntent, awaitMs: number): Promise<void> {
    const { room, admission, claimName, intents } = this.#options;
    const { profile, scene, outputs, network } = intent;
    const { asStream } = await claimName(room.id, { liveAsStream: intent.asStream }).catch((error: unknown) => {
      intents.forget(room.id);
      throw error;
    });
    if (this.#isClosed || (this.#program && !this.#program.isOver)) return;
    this.#pictures.addKnown(scene);
    const leave = admission.readmit(network);
    this.#create({ asStream, profile, scene, outputs, network, earlier: { ...intent, awaitMs } }, leave).resume();
  }

  update(change: UpdateLive): Promise<UpdateLiveReply> {
    return this.#withPictures(change.scene, () => this.running().update(change));
  }

  running(): Program {
    if (!this.#program || this.#program.isOver) throw new LianmaiError('WRONG_STATE', undefined, { message: 'The room is not live.' });
    return this.#program;
  }

  /** Another server has taken the program over: it is not put out twice. */
  async leaveToOther(): Promise<void> {
    await this.#program?.stop();
  }

  async close(_reason: string, { isHandedOver = false } = {}): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#isHandedOver = isHandedOver;
    await this.#program?.stop();
    this.#options.onClosed();
  }

  /** `onOver` is called when the program has ended or failed, maybe more than once. */
  #create(wanted: Pick<ProgramOptions, 'asStream' | 'profile' | 'scene' | 'outputs' | 'network' | 'earlier'>, onOver: () => void): Program {
    const { room, bridges, admission, comeBackMs, playersOf, log } = this.#options;
    const program: Program = new Program({
      ...wanted,
      room,
      bridges,
      admission,
      comeBackMs,
      playersOf,
      onChanged: () => {
        if (program.isOver) onOver();
        if (this.#program === program) this.#afterChange(program);
      },
      onLevels: (levels) => this.emit('levels', levels),
      log: log.child({ room: room.id }),
    });
    this.#program = program;
    this.#afterChange(program);
    return program;
  }

  #afterChange(program: Program): void {
    const { intents, room } = this.#options;
    const { intent } = program;
    if (intent) intents.keep(intent);
    else if (!this.#isHandedOver) intents.forget(room.id);
    if (program.isOver) this.#letPicturesGo();
    this.emit('changed', program.info);
  }

  /** Holds the scene's pictures while `change` puts it on air, and afterwards those that are on air. Throws NOT_FOUND for an unknown picture. */
  async #withPictures<T>(scene: ScenePatch | undefined, change: () => Promise<T>): Promise<T> {
    this.#changes += 1;
    try {
      this.#pictures.add(scene);
      return await change();
    } finally {
      this.#changes -= 1;
      this.#letPicturesGo();
    }
  }

  #letPicturesGo(): void {
    if (this.#changes > 0) return;
    this.#pictures.keepOnly(this.#program && !this.#program.isOver ? this.#program.info.scene : null);
  }
}
