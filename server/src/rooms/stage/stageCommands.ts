import type { ParticipantId, SeatNumber, StageRefusal, StageSettings, StageSnapshot, StageWish } from '@lianmai/protocol';
import type { Place } from '../../authorisation/index.js';

interface About {
  who: ParticipantId;
}

/** Someone entered the room, or came back. */
export interface Arrival extends About {
  type: 'arrive';
  name: string;
  /** seat: straight on stage. ask: a guest, on stage if it is open, otherwise with a waiting request. none: audience. */
  wants: 'seat' | 'ask' | 'none';
  /** Their token makes them host, if nobody else is. */
  isHost: boolean;
  /** The seat that they had in an earlier server process. */
  seat?: SeatNumber | undefined;
}

export interface Request extends About, StageWish {
  type: 'request';
  name: string;
  message: string;
  /** Needs no approval while a seat is free (a moderator, or a guest while the stage is open). */
  atOnce: boolean;
  isFollower: boolean;
}

export type StageChange = Partial<{ [Key in keyof StageSettings]: StageSettings[Key] | undefined }> & { seatLimit?: number | undefined };

export type StageCommand =
  | Arrival
  | Request
  | ({ type: 'depart' } & About)
  /** The host's connection was lost, or is back. Of no effect for others. */
  | ({ type: 'away' | 'back' } & About)
  | ({ type: 'cancelRequest' } & About)
  /** Lets in somebody who asked. */
  | ({ type: 'approve' } & About)
  | ({ type: 'decline'; reason: string } & About)
  /** Without `seat`: the one that they wished for, or the first free one. */
  | ({ type: 'bringOnAir'; seat?: SeatNumber | undefined } & About)
  | ({ type: 'sendBackstage' } & About)
  | ({ type: 'invite'; by: ParticipantId; seat: SeatNumber | null } & About)
  | ({ type: 'cancelInvitation' } & About)
  | ({ type: 'answer'; accept: boolean; soundOnly: boolean } & About)
  /** Into the audience, by their own choice or a moderator's. */
  | ({ type: 'comeDown' } & About)
  /** Takes another seat. With `mayDisplace`, whoever sits there gets theirs in exchange. */
  | ({ type: 'move'; seat: SeatNumber; mayDisplace: boolean } & About)
  | { type: 'lockSeat'; seat: SeatNumber; isLocked: boolean }
  | { type: 'lockMicrophone'; seat: SeatNumber; isLocked: boolean }
  | ({ type: 'setCoHost'; isCoHost: boolean } & About)
  /** The host hands the room over to somebody on stage, and takes their seat. */
  | ({ type: 'transferHost'; by: ParticipantId } & About)
  /** Runs the room from now on, because the host has been away for `graceMs`. */
  | ({ type: 'takeOver'; graceMs: number } & About)
  | ({ type: 'set' } & StageChange)
  /** Ends requests and invitations whose time is over. */
  | { type: 'expire' };

export type Of<Type extends StageCommand['type']> = Extract<StageCommand, { type: Type }>;

export type StageEffect =
  | { type: 'moved'; who: ParticipantId; to: Place }
  | { type: 'refused'; who: ParticipantId; outcome: StageRefusal; reason: string }
  | { type: 'invitationExpired'; who: ParticipantId }
  /** Their seat's microphone is locked: close it. */
  | { type: 'silenced'; who: ParticipantId };

export interface StageResult {
  state: StageSnapshot;
  effects: readonly StageEffect[];
}
