import { z } from 'zod';
import { Identity, RoomId } from './ids.js';
import { DisplayName } from './displayName.js';

/** host: runs the room; guest: on stage; viewer: in the audience. */
export const Role = z.enum(['host', 'guest', 'viewer']);
export type Role = z.infer<typeof Role>;

/** The permission a message needs. `assist`: what co-hosts may do as well as moderators. `publish` also requires being on stage or backstage: see `can` in the server's authorisation folder. */
export const Permission = z.enum(['subscribe', 'publish', 'chat', 'requestStage', 'assist', 'moderate', 'live']);
export type Permission = z.infer<typeof Permission>;

export const PublishSource = z.enum(['camera', 'microphone', 'screen', 'screenAudio']);
export type PublishSource = z.infer<typeof PublishSource>;

export const KIND_OF_SOURCE: Record<PublishSource, 'audio' | 'video'> = {
  camera: 'video',
  screen: 'video',
  microphone: 'audio',
  screenAudio: 'audio',
};

/** Grants carried by a join token. Missing ones follow from the role. */
export const Grants = z.object({
  room: RoomId,
  role: Role,
  /** Tracks that may be published while on stage or backstage. */
  publish: z.array(PublishSource).max(16).optional(),
  subscribe: z.boolean().optional(),
  /** May mute, remove, lock the room, and decide on seats. */
  moderate: z.boolean().optional(),
  /** May start, change and stop the program. */
  live: z.boolean().optional(),
  /** May go live although the room has the name of a registered stream: as that stream, with its destinations and its recording. */
  liveAsStream: z.boolean().optional(),
  /** Follows the host: may ask to come up where only followers may. */
  follower: z.boolean().optional(),
});
export type Grants = z.infer<typeof Grants>;

/** The payload of a join token (JWT, HS256, `kid` = API key id). `sub` is the identity, `name` the display name. */
export const JoinClaims = z.object({ sub: Identity, name: DisplayName, grants: Grants, exp: z.number(), aud: z.literal('lianmai:join') });
export type JoinClaims = z.infer<typeof JoinClaims>;

export interface EffectiveGrants {
  publish: readonly PublishSource[];
  subscribe: boolean;
  moderate: boolean;
  live: boolean;
  liveAsStream: boolean;
  follower: boolean;
}

/** Fills in grants that the role implies; explicit grants win. A viewer's sources apply once they are on stage. */
export function effectiveGrants(grants: Grants): EffectiveGrants {
  const isHost = grants.role === 'host';
  return {
    publish: grants.publish ?? PublishSource.options,
    subscribe: grants.subscribe ?? true,
    moderate: grants.moderate ?? isHost,
    live: grants.live ?? isHost,
    liveAsStream: grants.liveAsStream ?? false,
    follower: grants.follower ?? false,
  };
}
