import { effectiveGrants, LianmaiError, type Identity, type JoinClaims } from '@lianmai/protocol';
import { isFromLobby } from '../authorisation/index.js';
import type { JoinRequest } from './contract.js';
import type { Participant } from './Participant.js';

/** What the door looks at. */
export interface AdmissionContext {
  participants: Iterable<Participant>;
  size: number;
  maxParticipants: number;
  isLocked: boolean;
  removed: ReadonlySet<Identity>;
  /** Who has been host while the room lives. */
  hosts: ReadonlySet<Identity>;
}

/**
 * resume: the page of this participant is back. takeOver: the same person from another page, which gets the seat. enter: somebody new.
 */
export type Admission = { how: 'resume' | 'takeOver'; participant: Participant } | { how: 'enter' };

/** Who may come in, and as whom; a typed error for who may not. */
export function admit(context: AdmissionContext, { claims, resume }: Pick<JoinRequest, 'claims' | 'resume'>): Admission {
  if (context.removed.has(claims.sub)) throw new LianmaiError('REMOVED');
  assertRoomIsTheirs(context.hosts, claims);
  const known = [...context.participants].find(({ identity, stream }) => identity === claims.sub && !stream);
  if (known) {
    if (resume?.participantId !== known.id) return { how: 'takeOver', participant: known };
    if (known.isResumeSecret(resume.secret)) return { how: 'resume', participant: known };
    // The seat went to another page since: this one must not take it back unasked.
    throw new LianmaiError('REPLACED');
  }
  if (isStaff(claims)) return { how: 'enter' };
  if (context.isLocked) throw new LianmaiError('ROOM_LOCKED');
  if (context.size >= context.maxParticipants) throw new LianmaiError('ROOM_FULL');
  return { how: 'enter' };
}

/**
 * The lobby makes somebody host of a room that is not there yet, with a token that outlives rooms: it does not open a room that somebody else has
 * opened since.
 */
function assertRoomIsTheirs(hosts: ReadonlySet<Identity>, { sub, grants }: JoinClaims): void {
  if (grants.role !== 'host' || !isFromLobby(sub) || hosts.size === 0 || hosts.has(sub)) return;
  throw new LianmaiError('FORBIDDEN', undefined, { message: 'This room has another host now. Come in through the lobby.' });
}

/** Whoever runs the room cannot be locked out of it. */
const isStaff = ({ grants }: JoinClaims) => grants.role === 'host' || effectiveGrants(grants).moderate;
