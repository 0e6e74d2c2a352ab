import { z } from 'zod';
import { DisplayName, Identity, RoomId } from './ids.js';

/** host: runs the room; guest: on stage; viewer: audience. */
export const Role = z.enum(['host', 'guest', 'viewer']);
export type Role = z.infer<typeof Role>;

/** What a message needs. `publish` depends on being on stage too: see `can` in the server's access folder. */
export const Permission = z.enum(['subscribe', 'publish', 'chat', 'requestStage', 'moderate', 'live']);
export type Permission = z.infer<typeof Permission>;

export const PublishSource = z.enum(['camera', 'microphone', 'screen', 'screenAudio']);
export type PublishSource = z.infer<typeof PublishSource>;

export const KIND_OF_SOURCE: Record<PublishSource, 'audio' | 'video'> = {
  camera: 'video',
  screen: 'video',
  microphone: 'audio',
  screenAudio: 'audio',
};

/** Grants carried by a join token. What is left out follows from the role. */
export const Grants = z.object({
  room: RoomId,
  role: Role,
  /** Tracks that may be published while on stage. */
  publish: z.array(PublishSource).optional(),
  subscribe: z.boolean().optional(),
  /** Mute, remove, lock, and decide who is on stage. */
  moderate: z.boolean().optional(),
  /** Start, change and stop the program. */
  live: z.boolean().optional(),
});
export type Grants = z.infer<typeof Grants>;

/** The body of a join token (JWT, HS256, `kid` = API key id): `sub` is the identity, `name` what people see. */
export const JoinClaims = z.object({ sub: Identity, name: DisplayName, grants: Grants, exp: z.number(), aud: z.literal('lianmai:join') });
export type JoinClaims = z.infer<typeof JoinClaims>;

export interface EffectiveGrants {
  publish: readonly PublishSource[];
  subscribe: boolean;
  moderate: boolean;
  live: boolean;
}

/** Fills in what the role implies; an explicit grant wins. A viewer's sources count once they are on stage. */
export function effectiveGrants(grants: Grants): EffectiveGrants {
  const isHost = grants.role === 'host';
  return {
    publish: grants.publish ?? PublishSource.options,
    subscribe: grants.subscribe ?? true,
    moderate: grants.moderate ?? isHost,
    live: grants.live ?? isHost,
  };
}
