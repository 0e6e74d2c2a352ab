import type { AudienceProgram, AudienceStage, OwnStage, ParticipantId, ProgramInfo, StageSnapshot } from '@lianmai/protocol';

type NameOf = (id: ParticipantId) => string | null;

/** The stage as everybody in the audience sees it. */
export const audienceStage = (
  { version, seats, host, hostAwaySinceMs, settings, requests }: StageSnapshot,
  nameOf: NameOf,
): AudienceStage => ({
  version,
  seats: seats.map(({ number, isLocked, occupant }) => ({ number, isLocked, name: occupant && nameOf(occupant.participantId) })),
  hostName: host && nameOf(host),
  hostAwaySinceMs,
  requestsFrom: settings.requestsFrom,
  waiting: requests.length,
});

export const audienceProgram = (info: ProgramInfo | null): AudienceProgram | null =>
  info && { state: info.state, liveSinceMs: info.liveSinceMs, degraded: info.degraded };

/** One person's way to the stage. */
export function ownStage(
  { requests, invitations }: Pick<StageSnapshot, 'requests' | 'invitations'>,
  { id, place }: { id: ParticipantId; place: OwnStage['place'] },
  nameOf: NameOf,
): OwnStage {
  const at = requests.findIndex(({ participantId }) => participantId === id);
  const invitation = invitations.find(({ participantId }) => participantId === id);
  return {
    place,
    request: at < 0 ? null : { position: at + 1, expiresAtMs: requests[at]?.expiresAtMs ?? null },
    invitation: invitation ? { byName: nameOf(invitation.by) ?? '', expiresAtMs: invitation.expiresAtMs } : null,
  };
}
