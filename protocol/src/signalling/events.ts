import { z } from 'zod';
import { ConsumerId, ParticipantId, ProducerId } from '../ids.js';
import { Levels, ProgramInfo } from '../program.js';
import { ChatMessage, ConnectionQuality, ParticipantInfo, RoomInfo, StageSnapshot } from '../room.js';
import { PublishSource } from '../roles.js';
import { ErrorCode } from '../errors.js';

/** Announcements, server → client. Each carries the whole of what changed, so that one that is repeated does no harm. */
export const events = {
  participantJoined: ParticipantInfo,
  /** Name, role, presence, producers or quality changed. */
  participantChanged: ParticipantInfo,
  participantLeft: z.object({ participantId: ParticipantId, reason: z.enum(['left', 'lost', 'removed', 'replaced']) }),
  qualityChanged: z.object({ participantId: ParticipantId, quality: ConnectionQuality }),
  stageChanged: StageSnapshot,
  roomChanged: RoomInfo,
  chatReceived: ChatMessage,
  /** null: nobody speaks. */
  activeSpeakerChanged: z.object({ participantId: ParticipantId.nullable() }),
  /** -127..0 dBov of each speaking participant, a few times a second; not repeated. */
  speakersChanged: z.object({ levels: z.record(ParticipantId, z.number()) }),
  consumerClosed: z.object({ consumerId: ConsumerId, producerId: ProducerId }),
  consumerPausedChanged: z.object({ consumerId: ConsumerId, producerPaused: z.boolean() }),
  /** To one participant: a moderator paused this track. */
  trackMuted: z.object({ source: PublishSource, by: ParticipantId }),
  unmuteAsked: z.object({ by: ParticipantId }),
  /** To one participant: what became of their request. */
  stageRequestDeclined: z.object({}),
  /** The media worker died: make new transports, publish and subscribe again. The call goes on. */
  mediaReset: z.object({}),
  programChanged: ProgramInfo.nullable(),
  /** To those who may control the program, five times a second while live; not repeated. */
  levelsMeasured: Levels,
  /** The connection ends now; `code` says why and the table whether to come back. */
  disconnecting: z.object({ code: ErrorCode, message: z.string() }),
} as const;

export type EventName = keyof typeof events;
export type EventData<N extends EventName> = z.infer<(typeof events)[N]>;
