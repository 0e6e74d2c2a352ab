import type { Role } from '@lianmai/protocol';

/**
 * A track that the lobby has already opened (it becomes ours once the join succeeds), true to open the remembered device, or false for off.
 */
export type InitialTrack = MediaStreamTrack | boolean;

export interface JoinOptions {
  room: string;
  name: string;
  role: Role;
  /** A join token from the operator's backend. Without one, the lobby issues it. */
  token?: string;
  /** Published as soon as we have a seat: hosts and guests at once, viewers when they come on stage. All off by default. */
  initial?: { microphone?: InitialTrack; camera?: InitialTrack };
}
