import { JoinClaims, RoomId, type Role } from '@lianmai/protocol';
import type { LobbyAnswer } from './useLobbyRoom';

/** A person with a token from the operator's backend. The token says who they are and what they may do. */
export interface Invited {
  token: string;
  name: string;
  role: Role;
  room: string;
}

/** Reads a join token without verifying it, which is up to the server. */
export function readToken(token: string): Invited | null {
  try {
    const payload = token.split('.')[1] ?? '';
    const bytes = Uint8Array.from(atob(payload.replace(/-/g, '+').replace(/_/g, '/')), (char) => char.charCodeAt(0));
    const claims = JoinClaims.parse(JSON.parse(new TextDecoder().decode(bytes)));
    return { token, name: claims.name, role: claims.grants.role, room: claims.grants.room };
  } catch {
    return null;
  }
}

/** The role that the primary button joins with. null: not known yet, or not possible. */
export interface Offer {
  primary: Role | null;
  /** Joining without camera and microphone, where people can choose. */
  secondary: 'viewer' | null;
  obstacle: 'badName' | 'nameTaken' | 'locked' | 'tokenNeeded' | 'unknownRoom' | 'failed' | null;
}

const NOTHING: Offer = { primary: null, secondary: null, obstacle: null };

/** `hasHosted`: this browser has hosted the room before. */
export function offerOf(room: string, answer: LobbyAnswer, invited: Invited | null, hasHosted = false): Offer {
  if (invited) return { ...NOTHING, primary: invited.role };
  if (room === '') return NOTHING;
  if (!RoomId.safeParse(room).success) return { ...NOTHING, obstacle: 'badName' };
  if (answer.state === 'none' || answer.state === 'asking' || answer.room !== room) return NOTHING;
  if (answer.state === 'failed') return { ...NOTHING, obstacle: 'failed' };
  const { info } = answer;
  // The host may always return. The server decides whether this browser still counts as the host's.
  if (info.exists && hasHosted) return { ...NOTHING, primary: 'host', secondary: 'viewer' };
  if (info.locked) return { ...NOTHING, obstacle: 'locked' };
  const primary = (['host', 'guest', 'viewer'] as const).find((role) => info.roles.includes(role)) ?? null;
  if (!primary && info.isNameTaken) return { ...NOTHING, obstacle: 'nameTaken' };
  if (!primary) return { ...NOTHING, obstacle: info.exists ? 'tokenNeeded' : 'unknownRoom' };
  const hasChoice = primary === 'guest' && info.roles.includes('viewer');
  return { primary, secondary: hasChoice ? 'viewer' : null, obstacle: null };
}
