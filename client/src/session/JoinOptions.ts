import type { Role } from '@lianmai/protocol';
import type { InitialTracks } from '../state';

export interface JoinOptions {
  room: string;
  name: string;
  role: Role;
  /** A join token from the operator's backend. Without one, the lobby issues it. */
  token?: string;
  /** Published as soon as we have a seat: hosts and guests at once, viewers when they come on stage. All off by default. Tracks become ours once the join succeeds. */
  initial?: Partial<InitialTracks>;
}
