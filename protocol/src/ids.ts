import { z } from 'zod';

/** Room name, as used in URLs, file names and stream names. */
export const RoomId = z
  .string()
  .max(64)
  .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'expected 1-64 letters, digits, "-" or "_", starting with a letter or digit')
  .brand<'RoomId'>();
export type RoomId = z.infer<typeof RoomId>;

const opaque = () =>
  z
    .string()
    .max(128)
    .regex(/^[A-Za-z0-9_:.-]{1,128}$/, 'expected an id of 1-128 letters, digits or "_:.-"');

export const ParticipantId = opaque().brand<'ParticipantId'>();
export type ParticipantId = z.infer<typeof ParticipantId>;
export const TransportId = opaque().brand<'TransportId'>();
export type TransportId = z.infer<typeof TransportId>;
export const ProducerId = opaque().brand<'ProducerId'>();
export type ProducerId = z.infer<typeof ProducerId>;
export const ConsumerId = opaque().brand<'ConsumerId'>();
export type ConsumerId = z.infer<typeof ConsumerId>;
/**
 * A source that the program can show: `{participantId}:camera` or `{participantId}:screen`. A stream on stage is a participant too, so
 * its source has the same form.
 */
export const SourceId = opaque().brand<'SourceId'>();
export type SourceId = z.infer<typeof SourceId>;
export const OutputId = opaque().brand<'OutputId'>();
export type OutputId = z.infer<typeof OutputId>;
export const ProgramId = opaque().brand<'ProgramId'>();
export type ProgramId = z.infer<typeof ProgramId>;
/** Identifies a registered stream, whatever its name is. */
export const StreamId = opaque().brand<'StreamId'>();
export type StreamId = z.infer<typeof StreamId>;
export const AssetId = opaque().brand<'AssetId'>();
export type AssetId = z.infer<typeof AssetId>;

/** The person that a token was made for: chosen by the operator's backend and unique in a room. */
export const Identity = z
  .string()
  .min(1)
  .max(128)
  .regex(/^[^\s\p{Cc}]+$/u, 'expected no spaces or control characters')
  .brand<'Identity'>();
export type Identity = z.infer<typeof Identity>;

/** Milliseconds since the epoch. */
export const EpochMs = z.number().int().nonnegative();

export type MediaSource = 'camera' | 'screen';
export const sourceIdOf = (participant: ParticipantId, source: MediaSource): SourceId => `${participant}:${source}` as SourceId;
