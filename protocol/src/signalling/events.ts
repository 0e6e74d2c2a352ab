import { z } from 'zod';
import { AudienceState, ChatBatch, OwnStage } from '../audience.js';
import { ChatChange } from '../chat.js';
import { ConsumerId, ParticipantId, ProducerId } from '../ids.js';
import { Levels, ProgramInfo } from '../program.js';
import { ConnectionQuality, ParticipantInfo, RoomInfo } from '../room.js';
import { PublishSource } from '../roles.js';
import { ErrorCode } from '../errors.js';
import { StageRefusal, StageSnapshot } from '../stage.js';

/** Events from server to client. Each carries complete data, so receiving one twice is harmless. */
export const events = {
  participantJoined: ParticipantInfo,
  /** Name, role, presence, producers or quality changed. */
  participantChanged: ParticipantInfo,
  participantLeft: z.object({ participantId: ParticipantId, reason: z.enum(['left', 'lost', 'removed', 'replaced']) }),
  qualityChanged: z.object({ participantId: ParticipantId, quality: ConnectionQuality }),
  stageChanged: StageSnapshot,
  roomChanged: RoomInfo,
  chatChanged: ChatChange,
  /** null: no one is speaking. */
  activeSpeakerChanged: z.object({ participantId: ParticipantId.nullable() }),
  /** Level of each speaking participant, -127..0 dBov, several times a second. Not resent if lost. */
  speakersChanged: z.object({ levels: z.record(ParticipantId, z.number()) }),
  consumerClosed: z.object({ consumerId: ConsumerId, producerId: ProducerId }),
  consumerPausedChanged: z.object({ consumerId: ConsumerId, producerPaused: z.boolean() }),
  /** To one participant: this track was paused by a moderator, or because the microphone of the seat is locked (null). */
  trackMuted: z.object({ source: PublishSource, by: ParticipantId.nullable() }),
  unmuteAsked: z.object({ by: ParticipantId }),
  /** To the audience, at most once a second. */
  audienceChanged: AudienceState,
  /** To the audience, at most every 100 ms. */
  chatBatch: ChatBatch,
  /** To one person in the audience: their request, invitation or place has changed. */
  ownStageChanged: OwnStage,
  /** To one participant: a moderator declined their request, perhaps with a reason, or it expired. */
  stageRequestRefused: z.object({ outcome: StageRefusal, reason: z.string() }),
  /** To one participant: nobody answered the invitation in time. */
  stageInvitationExpired: z.object({}),
  /** The media worker died. Make new transports, publish and subscribe again; the call continues. */
  mediaReset: z.object({}),
  programChanged: ProgramInfo.nullable(),
  /** To everyone who may control the program, five times a second while live. Not resent if lost. */
  levelsMeasured: Levels,
  /** The connection is about to close. `code` gives the reason, and the error table says whether to reconnect. */
  disconnecting: z.object({ code: ErrorCode, message: z.string() }),
} as const;

export type EventName = keyof typeof events;
export type EventData<N extends EventName> = z.infer<(typeof events)[N]>;
