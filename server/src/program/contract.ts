import type { EventEmitter } from 'node:events';
import type {
  Identity,
  ParticipantId,
  PlayProtocol,
  ProgramInfo,
  Levels,
  OutputId,
  OutputInfo,
  OutputRequest,
  ProducerId,
  ProgramSource,
  PublishSource,
  RoomId,
  SeatNumber,
  StartLive,
  StreamRef,
  UpdateLive,
  UpdateLiveReply,
} from '@lianmai/protocol';
import type { RoomMedia } from '../sfu/index.js';
import type { KeptChatRules, KeptMessage, ProgramIntent } from './intents/index.js';

/** A source on stage with its producers. */
export interface StageSource extends ProgramSource {
  /** null: not published. A paused producer keeps its id here while `hasVideo` or `hasAudio` is false. */
  videoProducer: ProducerId | null;
  audioProducer: ProducerId | null;
}

/** A person with a seat, to be recognised by the next server process. */
export interface PersonOnAir {
  identity: Identity;
  participantId: ParticipantId;
  /** The number of their seat; null: unknown. */
  seat: SeatNumber | null;
}

/** A stream with a seat, to be seated again by the next server process. */
export interface StreamOnAir {
  stream: StreamRef;
  title: string;
  participantId: ParticipantId;
  muted: PublishSource[];
  seat: SeatNumber | null;
}

export interface ProgramRoomEvents {
  stageSourcesChanged: [];
}

/** A room as its program sees it; Room implements it. */
export interface ProgramRoom extends EventEmitter<ProgramRoomEvents> {
  readonly id: RoomId;
  readonly media: RoomMedia;
  /** In the order of their seats. A participant's screen follows their camera; screenAudio belongs to the screen source. */
  stageSources(): StageSource[];
  peopleOnAir(): PersonOnAir[];
  /** How many people in the room are in its audience. */
  viewers(): number;
  streamsOnAir(): StreamOnAir[];
  latestChat(count: number): KeptMessage[];
  readonly chatRules: KeptChatRules;
}

export interface ProgramControlEvents {
  changed: [info: ProgramInfo | null];
  levels: [levels: Levels];
}

/** Number of a stream's players by protocol, as measured at most a second ago. */
export type PlayersOf = (stream: StreamRef) => Partial<Record<PlayProtocol, number>>;

/** A program while it starts, runs or stops. */
export interface RunningProgram {
  stop(): Promise<void>;
  addOutput(request: OutputRequest): Promise<OutputInfo>;
  removeOutput(id: OutputId): Promise<void>;
  retryOutput(id: OutputId): Promise<void>;
}

/** A room's way to its programs, one after another. Every method throws typed errors: WRONG_STATE, CONFLICT, BRIDGE_UNAVAILABLE, NOT_FOUND. */
export interface ProgramControl extends EventEmitter<ProgramControlEvents> {
  /** Of the current program, or of the last one until the next start. null: there has been none. */
  readonly info: ProgramInfo | null;
  /** Where viewers find `info.hlsPath`. With `url` null: on the host of the page, at this port. null: no bridge has run a program here yet. */
  readonly origin: { url: string | null; port: number } | null;
  /**
   * Throws NAME_TAKEN if the room has the name of a registered stream, unless the starter may use that; PROGRAM_LIMIT, TOO_MANY_PROGRAMS or PROFILE_LIMIT
   * for a program that there is no room for.
   */
  start(request: StartLive, starter: ProgramStarter): Promise<ProgramInfo>;
  /**
   * Goes on with the program of an earlier server process: scene, mix, outputs and start time stay. Throws NAME_TAKEN as `start` does. It takes its cores
   * and counts against its starter's network again, but is not refused for that or for its profile. The picture keeps the places of its sources for
   * `awaitMs`.
   */
  resume(intent: ProgramIntent, awaitMs: number): Promise<void>;
  update(change: UpdateLive): Promise<UpdateLiveReply>;
  /** Throws WRONG_STATE while the room is not live. */
  running(): RunningProgram;
  /** `isHandedOver`: the next server process goes on with the program. */
  close(reason: string, options?: { isHandedOver?: boolean }): Promise<void>;
}

/** The rights of whoever starts a program. */
export interface ProgramStarter {
  /** Put it out as the registered stream of the room's name. */
  liveAsStream: boolean;
  /** The open lobby let them in: nobody vouches for them. */
  isAnonymous: boolean;
  /** The network that the program counts against (`networkOf` the starter's address); null for the API. */
  network: string | null;
}

/** Decides whether a room may put its program under its own name, and whether it is a registered stream then. Throws NAME_TAKEN or CONFLICT. */
export type ClaimName = (room: RoomId, starter: Pick<ProgramStarter, 'liveAsStream'>) => Promise<{ asStream: boolean }>;

/** Made once, when the server starts. */
export interface ProgramFactory {
  forRoom(room: ProgramRoom): ProgramControl;
}
