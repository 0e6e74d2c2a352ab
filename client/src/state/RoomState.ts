import type {
  ChatMessage,
  ConnectionQuality,
  ErrorCode,
  Levels,
  ProgramInfo,
  ParticipantId,
  ParticipantInfo,
  PublishSource,
  RoomInfo,
  StageSnapshot,
} from '@lianmai/protocol';

/** What went wrong with a device or the connection, as the page words it (one i18n key each). */
export type DeviceProblem = 'permissionDenied' | 'deviceBusy' | 'noDevice' | 'insecureOrigin' | 'notSupported' | 'unknown';
export interface LocalTrackState {
  state: 'off' | 'starting' | 'on' | 'muted' | 'failed';
  problem: DeviceProblem | null;
  /** Live track for previews; null while off. */
  track: MediaStreamTrack | null;
}

export type RoomPhase = 'idle' | 'joining' | 'joined' | 'reconnecting' | 'left' | 'failed';

/** All that the room page draws. Kept by `session/` through `state/`; features only read it. */
export interface RoomState {
  phase: RoomPhase;
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
