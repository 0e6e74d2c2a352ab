import type { EffectiveGrants, Permission, PublishSource } from '@lianmai/protocol';

/** Where somebody is in a room. backstage: connected and ready, but not on air. */
export type Place = 'stage' | 'backstage' | 'audience';

/** The facts that decide whether a participant may do something now. */
export interface Standing {
  grants: EffectiveGrants;
  place: Place;
  /** Appointed by the host, while on stage. */
  isCoHost: boolean;
}

/** Yes or no by what the token grants and, for publishing, by being on stage or backstage. */
export function can({ grants, place, isCoHost }: Standing, permission: Permission): boolean {
  switch (permission) {
    case 'publish':
      return place !== 'audience' && grants.publish.length > 0;
    case 'requestStage':
      return grants.publish.length > 0;
    case 'subscribe':
      return grants.subscribe;
    case 'assist':
      return grants.moderate || isCoHost;
    case 'moderate':
      return grants.moderate;
    case 'live':
      return grants.live;
    case 'chat':
      return true;
  }
}

export const canPublish = (standing: Standing, source: PublishSource): boolean =>
  can(standing, 'publish') && standing.grants.publish.includes(source);

/** A host answers to nobody but a host; everybody else answers to every moderator, and to co-hosts in what these may do. */
export const canActOn = (
  actor: Standing & { isHost: boolean },
  target: { isHost: boolean },
  permission: 'assist' | 'moderate' = 'moderate',
): boolean => can(actor, permission) && (actor.isHost || !target.isHost);
