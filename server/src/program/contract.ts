import type { EventEmitter } from 'node:events';
import type {
  ProgramInfo,
  Levels,
  OutputId,
  OutputInfo,
  OutputRequest,
  ProducerId,
  ProgramSource,
  RoomId,
  StartLive,
  UpdateLive,
  UpdateLiveReply,
} from '@lianmai/protocol';
import type { RoomMedia } from '../sfu/index.js';

/** A source on stage with the producers behind it. */
export interface StageSource extends ProgramSource {
  /** null: none, or not published. A paused producer keeps its id here while `hasVideo`/`hasAudio` is false. */
  videoProducer: ProducerId | null;
  audioProducer: ProducerId | null;
}

export interface ProgramRoomEvents {
  stageSourcesChanged: [];
}

/** What a live session needs of a room; the Room implements it. */
export interface ProgramRoom extends EventEmitter<ProgramRoomEvents> {
  readonly id: RoomId;
  readonly media: RoomMedia;
  /** In the order of arrival on stage. A participant's screen share follows their camera source; screenAudio belongs to the screen source. */
  stageSources(): StageSource[];
}

export interface ProgramControlEvents {
  changed: [info: ProgramInfo | null];
  levels: [levels: Levels];
}

/** A room's program, from starting to ended. Every method throws typed errors: WRONG_STATE, CONFLICT, BRIDGE_UNAVAILABLE, NOT_FOUND. */
export interface ProgramControl extends EventEmitter<ProgramControlEvents> {
  /** null: not live, and nothing to tell about the last time. Ended and failed programs stay visible until the next start. */
  readonly info: ProgramInfo | null;
  /** Where viewers find `info.hlsPath`; `url` null: on the host of the page, at this port. null: there is no program. */
  readonly origin: { url: string | null; port: number } | null;
  start(request: StartLive): Promise<ProgramInfo>;
  update(change: UpdateLive): Promise<UpdateLiveReply>;
  stop(): Promise<void>;
  addOutput(request: OutputRequest): Promise<OutputInfo>;
  removeOutput(id: OutputId): Promise<void>;
  retryOutput(id: OutputId): Promise<void>;
  close(reason: string): Promise<void>;
}

/** Made once by main.ts; gives each room its control. */
export interface ProgramFactory {
  forRoom(room: ProgramRoom): ProgramControl;
}
