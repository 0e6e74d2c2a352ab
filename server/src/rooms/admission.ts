import { effectiveGrants, LianmaiError, type Identity, type JoinClaims } from '@lianmai/protocol';
import { isFromLobby } from '../authorisation/index.js';
import type { JoinRequest } from './contract.js';
import type { Participant } from './Participant.js';
import type { Person } from './Person.js';

/** The room's state that admission depends on. */
export interface AdmissionContext {
  participants: Iterable<Participant>;
  size: number;
  maxParticipants: number;
  isLocked: boolean;
  removed: ReadonlySet<Identity>;
  /** Everyone who has been host since the room opened. */
  hosts: ReadonlySet<Identity>;
}

/** resume: this participant's page is back. takeOver: the same person's other page takes the seat. enter: a new participant. */
export type Admission = { how: 'resume' | 'takeOver'; person: Person } | { how: 'enter' };

/** Decides whether someone may enter, and as whom. Throws a typed error if not. */
export function admit(context: AdmissionContext, { claims, resume }: Pick<JoinRequest, 'claims' | 'resume'>): Admission {
  if (context.removed.has(claims.sub)) throw new LianmaiError('REMOVED');
  assertRoomIsTheirs(context.hosts, claims);
  const known = [...context.participants].find((one): one is Person => one.kind === 'person' && one.identity === claims.sub);
  if (known) {
    if (resume?.participantId !== known.id) return { how: 'takeOver', person: known };
    if (known.isResumeSecret(resume.secret)) return { how: 'resume', person: known };
    // Another page has taken the seat since; this one must not take it back by itself.
    throw new LianmaiError('REPLACED');
  }
  if (isStaff(claims)) return { how: 'enter' };
  if (context.isLocked) throw new LianmaiError('ROOM_LOCKED');
  if (context.size >= context.maxParticipants) throw new LianmaiError('ROOM_FULL');
  return { how: 'enter' };
}

/**
 * The lobby makes a person host only of a room that does not exist yet. Its tokens outlive rooms, so an old one must not make them host
 * of a room that somebody else has opened.
 */
function assertRoomIsTheirs(hosts: ReadonlySet<Identity>, { sub, grants }: JoinClaims): void {
  if (grants.role !== 'host' || !isFromLobby(sub) || hosts.size === 0 || hosts.has(sub)) return;
  throw new LianmaiError('FORBIDDEN', undefined, { message: 'This room has another host now. Join again through the lobby.' });
}

/** People who run the room cannot be locked out of it. */
const isStaff = ({ grants }: JoinClaims) => grants.role === 'host' || effectiveGrants(grants).moderate;
