import type {
  AssetId,
  AudiencePage,
  MixEntry,
  OutputId,
  OutputRequest,
  ParticipantId,
  ProfileRequest,
  PublishSource,
  ScenePatch,
  SeatNumber,
  SourceId,
  StageSettings,
  StreamRef,
} from '@lianmai/protocol';

/** An open track, which becomes the session's; true to open the remembered device; or false for off. */
export type InitialTrack = MediaStreamTrack | boolean;
export interface InitialTracks {
  microphone: InitialTrack;
  camera: InitialTrack;
}

/** Everything that the room page can do. Rejects with LianmaiError. */
export interface RoomActions {
  leave(): Promise<void>;
  setMic(on: boolean): Promise<void>;
  setCamera(on: boolean): Promise<void>;
  setScreen(on: boolean): Promise<void>;
  chooseDevice(kind: 'audioinput' | 'videoinput' | 'audiooutput', deviceId: string): Promise<void>;
  allowSound(): Promise<void>;
  /** The tracks that open as soon as we are let in: backstage or on stage. Takes the place of what was prepared before. */
  prepare(tracks: InitialTracks): void;
  /** Size of a remote picture in device pixels. null: not visible, so its consumer pauses. */
  setTileSize(participantId: ParticipantId, source: 'camera' | 'screen', size: { width: number; height: number } | null): void;
  sendChat(text: string): Promise<void>;
  deleteChat(messageId: string): Promise<void>;
  /** null: unpins. */
  pinChat(messageId: string | null): Promise<void>;
  /** null: until somebody lets them write again. */
  muteChat(id: ParticipantId, forMs: number | null): Promise<void>;
  unmuteChat(id: ParticipantId): Promise<void>;
  setChat(options: { slowModeMs?: number; linksFromAudience?: boolean; blockWords?: string[] }): Promise<void>;
  requestStage(wish?: { message?: string; seat?: SeatNumber | null; soundOnly?: boolean }): Promise<void>;
  cancelStageRequest(): Promise<void>;
  answerInvitation(accept: boolean, soundOnly?: boolean): Promise<void>;
  leaveStage(): Promise<void>;
  approve(id: ParticipantId): Promise<void>;
  decline(id: ParticipantId, reason?: string): Promise<void>;
  invite(id: ParticipantId): Promise<void>;
  cancelInvitation(id: ParticipantId): Promise<void>;
  bringOnAir(id: ParticipantId, seat?: SeatNumber): Promise<void>;
  sendBackstage(id: ParticipantId): Promise<void>;
  takeDown(id: ParticipantId): Promise<void>;
  /** Moderators exchange people; others take an empty seat themselves. */
  moveSeat(id: ParticipantId, seat: SeatNumber): Promise<void>;
  setSeat(seat: SeatNumber, change: { isLocked?: boolean; isMicrophoneLocked?: boolean }): Promise<void>;
  setCoHost(id: ParticipantId, isCoHost: boolean): Promise<void>;
  transferHost(id: ParticipantId): Promise<void>;
  takeOverHost(): Promise<void>;
  /** A page of the people who watch without being in the room. */
  listAudience(query: { search?: string; after?: ParticipantId }): Promise<AudiencePage>;
  /** Live streams that may be seated. */
  listStreams(): Promise<(StreamRef & { title: string })[]>;
  /** Gives a stream a seat. `takeDown` removes it. */
  seatStream(stream: StreamRef): Promise<void>;
  setStage(options: Partial<StageSettings> & { seatLimit?: number }): Promise<void>;
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
