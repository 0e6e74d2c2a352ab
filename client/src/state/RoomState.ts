import type {
  ChatSnapshot,
  ConnectionQuality,
  ErrorCode,
  Levels,
  ProgramInfo,
  ParticipantId,
  ParticipantInfo,
  PublishSource,
  RoomInfo,
  StageRefusal,
  StageSnapshot,
} from '@lianmai/protocol';

/** A problem with a device. Each has its own i18n key. */
export type DeviceProblem = 'permissionDenied' | 'deviceBusy' | 'noDevice' | 'insecureOrigin' | 'notSupported' | 'unknown';
export interface LocalTrackState {
  state: 'off' | 'starting' | 'on' | 'muted' | 'failed';
  problem: DeviceProblem | null;
  /** Live track for previews. null: off. */
  track: MediaStreamTrack | null;
}

export type RoomPhase = 'idle' | 'joining' | 'joined' | 'reconnecting' | 'left' | 'failed';

/** Everything that the room page draws. Written by `session/`, and only read by features. */
export interface RoomState {
  phase: RoomPhase;
  /** Why the stay failed or ended. */
  ended: { code: ErrorCode; message: string } | null;
  reconnectingSinceMs: number | null;
  /** Media cannot connect although signalling works: the network blocks UDP and TCP. */
  isMediaBlocked: boolean;
  /** Media has stopped arriving although signalling works, and another path is being looked for. */
  isMediaInterrupted: boolean;
  selfId: ParticipantId | null;
  room: RoomInfo | null;
  /** In the order of joining. */
  participants: Record<ParticipantId, ParticipantInfo>;
  stage: StageSnapshot | null;
  chat: ChatSnapshot;
  program: ProgramInfo | null;
  levels: Levels | null;
  activeSpeaker: ParticipantId | null;
  /** -127..0 dBov. */
  speakers: Record<ParticipantId, number>;
  selfQuality: ConnectionQuality;
  /** Server clock minus page clock, ms. */
  clockOffsetMs: number;
  /** Remote tracks that are being received. The session plays their sound itself. */
  remote: Record<ParticipantId, Partial<Record<PublishSource, MediaStreamTrack>>>;
  /** The browser refuses to play sound without a click. Show one button that calls `allowSound`. */
  isSoundBlocked: boolean;
  local: Record<PublishSource, LocalTrackState>;
  /** A moderator muted us, asked us to unmute or declined our request, for example. Shown once, then dismissed. */
  notices: RoomNotice[];
}

export type RoomNotice = { id: number } & (
  | { kind: 'mutedByHost'; source: PublishSource; by: ParticipantId | null }
  | { kind: 'unmuteAsked'; by: ParticipantId }
  | { kind: 'stageRequestRefused'; outcome: StageRefusal; reason: string }
  | { kind: 'stageInvitationExpired' }
  | { kind: 'failed'; code: ErrorCode; message: string }
);
