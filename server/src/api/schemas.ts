import {
  Identity,
  ProgramInfo,
  OutputId,
  ParticipantInfo,
  RoomId,
  RoomSummary,
  StageSnapshot,
  StreamId,
  WireError,
} from '@lianmai/protocol';
import { z } from 'zod';

/** Named schemas that several operations share in docs/openapi.json. */
export const RoomParams = z.object({ room: RoomId });
export const StreamParams = z.object({ id: StreamId });
export const StreamClientParams = z.object({
  id: StreamId,
  clientId: z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9_-]{1,64}$/),
});
export const StreamOutputParams = z.object({ id: StreamId, output: OutputId });
export const OutputParams = z.object({ room: RoomId, id: OutputId });

/** A room's program for API callers, with playback URLs. */
export const ProgramReply = ProgramInfo.extend({
  /** HLS URL on the origin's port or public address. */
  hls: z.string(),
  /** The audience's page. */
  watch: z.string(),
}).meta({ id: 'Program' });

export const RoomReply = RoomSummary.extend({
  participantList: z.array(ParticipantInfo.extend({ identity: Identity })),
  stage: StageSnapshot,
}).meta({ id: 'Room' });
export const RoomsReply = z.object({ rooms: z.array(RoomSummary) });

export const ErrorReply = z.object({ error: WireError }).meta({ id: 'Error' });
export const Nothing = z.object({});

/** For routes without a body. */
export const noBody = { bodyKind: 'none', body: z.unknown(), maxBodyBytes: 0 } as const;
