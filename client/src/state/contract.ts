import type {
  ChatMessage,
  ConnectionQuality,
  ErrorCode,
  Levels,
  ProgramInfo,
  MixEntry,
  OutputId,
  OutputRequest,
  ParticipantId,
  ParticipantInfo,
  ProfileRequest,
  PublishSource,
  RoomInfo,
  RoomSnapshot,
  ScenePatch,
  SourceId,
  StagePolicy,
  StageSnapshot,
  StreamRef,
  AssetId,
} from '@lianmai/protocol';

/** What went wrong with a device or the connection, as the page words it (one i18n key each). */
export type DeviceProblem = 'permissionDenied' | 'deviceBusy' | 'noDevice' | 'insecureOrigin' | 'notSupported' | 'unknown';
export interface LocalTrackState {
  state: 'off' | 'starting' | 'on' | 'muted' | 'failed';
  problem: DeviceProblem | null;
  /** Live track for previews; null while off. */
  track: MediaStreamTrack | null;
}

export type SessionPhase = 'idle' | 'joining' | 'joined' | 'reconnecting' | 'left' | 'failed';

/** All that the room page draws. Kept by `session/` through `state/`; features only read it. */
export interface RoomState {
  phase: SessionPhase;
  /** Why the session failed or ended. */
  ended: { code: ErrorCode; message: string } | null;
  reconnectingSinceMs: number | null;
  /** Media transport could not connect although signalling works: UDP and TCP are blocked. */
  isMediaBlocked: boolean;
  selfId: ParticipantId | null;
  room: RoomInfo | null;
  /** Insertion order = order of joining. */
  participants: Record<ParticipantId, ParticipantInfo>;
  stage: StageSnapshot | null;
  chat: ChatMessage[];
  program: ProgramInfo | null;
  levels: Levels | null;
  activeSpeaker: ParticipantId | null;
  /** -127..0 dBov. */
  speakers: Record<ParticipantId, number>;
  selfQuality: ConnectionQuality;
  /** Server clock minus page clock, ms. */
  clockOffsetMs: number;
  /** Remote tracks that are being received. Sound is played by the session itself. */
  remote: Record<ParticipantId, Partial<Record<PublishSource, MediaStreamTrack>>>;
  /** The browser refused to play sound without a click: show one button that calls `allowSound`. */
  isSoundBlocked: boolean;
  local: Record<PublishSource, LocalTrackState>;
  /** A moderator muted us / asks us to unmute / declined our request: shown once, then dismissed. */
  notices: RoomNotice[];
}

export type RoomNotice = { id: number } & (
  | { kind: 'mutedByHost'; source: PublishSource; by: ParticipantId }
  | { kind: 'unmuteAsked'; by: ParticipantId }
  | { kind: 'stageRequestDeclined' }
  | { kind: 'failed'; code: ErrorCode; message: string }
);

/** Everything the room page can do. Rejects with LianmaiError. */
export interface RoomActions {
  leave(): Promise<void>;
  setMic(on: boolean): Promise<void>;
  setCamera(on: boolean): Promise<void>;
  setScreen(on: boolean): Promise<void>;
  chooseDevice(kind: 'audioinput' | 'videoinput' | 'audiooutput', deviceId: string): Promise<void>;
  allowSound(): Promise<void>;
  /** Shown size of a remote picture in device pixels; null: not visible (its consumer pauses). */
  setTileSize(participantId: ParticipantId, source: 'camera' | 'screen', size: { width: number; height: number } | null): void;
  sendChat(text: string): Promise<void>;
  requestStage(): Promise<void>;
  cancelStageRequest(): Promise<void>;
  answerInvitation(accept: boolean): Promise<void>;
  leaveStage(): Promise<void>;
  approve(id: ParticipantId): Promise<void>;
  decline(id: ParticipantId): Promise<void>;
  invite(id: ParticipantId): Promise<void>;
  cancelInvitation(id: ParticipantId): Promise<void>;
  takeDown(id: ParticipantId): Promise<void>;
  /** Live streams that may come on stage. */
  listStreams(): Promise<(StreamRef & { title: string })[]>;
  /** A stream takes a seat; `takeDown` sends it away. */
  seatStream(stream: StreamRef): Promise<void>;
  setStage(options: { policy?: StagePolicy; seatLimit?: number }): Promise<void>;
  mute(id: ParticipantId, source: PublishSource): Promise<void>;
  askToUnmute(id: ParticipantId): Promise<void>;
  remove(id: ParticipantId): Promise<void>;
  lock(locked: boolean): Promise<void>;
  startLive(options: { profile?: ProfileRequest; scene?: ScenePatch; outputs?: OutputRequest[] }): Promise<void>;
  stopLive(): Promise<void>;
  setScene(patch: ScenePatch): Promise<void>;
  setMix(mix: Record<SourceId, MixEntry>): Promise<void>;
  addOutput(output: OutputRequest): Promise<void>;
  removeOutput(id: OutputId): Promise<void>;
  retryOutput(id: OutputId): Promise<void>;
  uploadAsset(file: File): Promise<AssetId>;
  dismissNotice(id: number): void;
}

export type { RoomSnapshot };
