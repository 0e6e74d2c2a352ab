import type { Role } from '@lianmai/protocol';

/** A track that the lobby has open already (ours once the join succeeded), true: open the remembered device, false: off. */
export type InitialTrack = MediaStreamTrack | boolean;

export interface JoinOptions {
  room: string;
  name: string;
  role: Role;
  /** A join token from the operator's backend; without one the lobby is asked. */
  token?: string;
  /** Published as soon as we have a seat: at once for hosts and guests, when they come up for viewers. Default: all off. */
  initial?: { microphone?: InitialTrack; camera?: InitialTrack };
}
