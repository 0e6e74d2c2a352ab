import { ParticipantId, RoomId } from '@lianmai/protocol';
import { z } from 'zod';
import { expectedArrival } from './arrival';

const STORAGE_KEY = 'lianmai.session';

/** Lets a reloaded page continue as the same participant. Kept per tab, so that two tabs do not take each other's seat. */
const SavedParticipant = z.object({
  room: RoomId,
  name: z.string(),
  role: z.enum(['host', 'guest', 'viewer']),
  token: z.string(),
  /** null: the operator's page issued it, so its expiry is unknown. */
  tokenExpiresAtMs: z.number().nullable(),
  participantId: ParticipantId,
  secret: z.string(),
  isMicrophoneOn: z.boolean(),
  isCameraOn: z.boolean(),
  savedAtMs: z.number(),
});
export type SavedParticipant = z.infer<typeof SavedParticipant>;

/** Longer than any reasonable grace period. A later reload is a new visit. */
const MAX_AGE_MS = 5 * 60_000;

export function parseSavedParticipant(stored: string | null, nowMs: number): SavedParticipant | null {
  try {
    const saved = SavedParticipant.parse(JSON.parse(stored ?? 'null'));
    return nowMs - saved.savedAtMs < MAX_AGE_MS ? saved : null;
  } catch {
    return null;
  }
}

export function loadParticipant(room: string): SavedParticipant | null {
  try {
    const saved = parseSavedParticipant(sessionStorage.getItem(STORAGE_KEY), Date.now());
    return saved?.room === room ? saved : null;
  } catch {
    return null;
  }
}

export function saveParticipant(saved: SavedParticipant): void {
  try {
    sessionStorage.setItem(STORAGE_KEY, JSON.stringify(saved));
  } catch {
    // Storage is forbidden, so a reload will be a new visit.
  }
}

export function forgetParticipant(): void {
  try {
    sessionStorage.removeItem(STORAGE_KEY);
  } catch {
    // As above.
  }
}

/**
 * Returns whom this tab may take into the room without the lobby: a participant whom it had there a moment ago, before a reload, or
 * somebody who was let in on the watch page.
 */
export function resumableParticipant(room: string): Pick<SavedParticipant, 'name' | 'role'> | null {
  const known = loadParticipant(room) ?? expectedArrival(room);
  return known && { name: known.name, role: known.role };
}
