import {
  EpochMs,
  Identity,
  Mix,
  OutputId,
  OutputRequest,
  ParticipantId,
  Profile,
  ProgramId,
  ProgramSource,
  PublishSource,
  RoomId,
  SeatNumber,
  Scene,
  StreamRef,
} from '@lianmai/protocol';
import { z } from 'zod';
import { KeptChatRules, KeptMessage } from './KeptChat.js';

/** As many of the room's latest chat messages are kept with its program. */
export const KEPT_MESSAGES = 100;

/** The number of a seat; null in intents of a version without numbers. */
const seat = SeatNumber.nullable().default(null);

/** The program that a room is meant to put out, as long as nobody stops it. */
export const ProgramIntent = z.object({
  programId: ProgramId,
  room: RoomId,
  /** It goes out as the registered stream of the room's name. */
  asStream: z.boolean(),
  profile: Profile,
  scene: Scene,
  mix: Mix,
  /** With stream keys. */
  outputs: z.array(z.object({ id: OutputId, request: OutputRequest })),
  startedAtMs: EpochMs,
  liveSinceMs: EpochMs.nullable().default(null),
  /** The picture keeps their places until they are back. */
  sources: z.array(ProgramSource).default([]),
  /** Scene and mix name them by their ids. */
  people: z.array(z.object({ identity: Identity, participantId: ParticipantId, seat })),
  streams: z
    .array(z.object({ stream: StreamRef, title: z.string(), participantId: ParticipantId, muted: z.array(PublishSource), seat }))
    .default([]),
  chat: z.array(KeptMessage).default([]),
  chatRules: KeptChatRules.optional(),
  /** The network that it counts against; null: none. */
  network: z.string().nullable().default(null),
  /** How often a bridge has been asked to run it. Each run has an id of its own. */
  runs: z.number().int().nonnegative(),
});
export type ProgramIntent = z.infer<typeof ProgramIntent>;
