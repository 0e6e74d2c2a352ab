import { z } from 'zod';
import { API_TOKEN_TTL_S } from './tokenLifetime.js';
import { EpochMs, Identity, RoomId } from './ids.js';
import { DisplayName } from './displayName.js';
import { Grants, Role } from './roles.js';
import { WatchUrls } from './streams.js';

/** POST /api/v1/rooms/{room}/tokens */
export const TokenRequest = z.object({
  identity: Identity,
  name: DisplayName,
  role: Role.default('viewer'),
  publish: Grants.shape.publish,
  subscribe: Grants.shape.subscribe,
  moderate: Grants.shape.moderate,
  live: Grants.shape.live,
  liveAsStream: Grants.shape.liveAsStream,
  /** How long the token can be used to join or resume, s. */
  ttlSeconds: z
    .number()
    .int()
    .min(10)
    .max(7 * 86_400)
    .default(API_TOKEN_TTL_S),
});
export const TokenReply = z.object({ token: z.string(), expiresAtMs: EpochMs });

/**
 * POST /api/v1/lobby/{room}: the lobby page requests a token without an API key, if the operator allows it (`access.lobby: open`). Role
 * `host` is granted only for a room that does not exist yet, `guest` only while the stage is open; otherwise FORBIDDEN or ROOM_LOCKED. The
 * name of a registered stream gets NAME_TAKEN.
 */
export const LobbyJoinRequest = z.object({
  name: DisplayName,
  role: Role,
  /** Random id kept by the browser; becomes the identity. */ deviceId: z
    .string()
    .min(8)
    .max(64)
    .regex(/^[A-Za-z0-9-]+$/),
});
export const LobbyJoinReply = TokenReply.extend({ role: Role });

/** GET /api/v1/lobby/{room}: the public information that the lobby and watch pages need. */
export const LobbyRoom = z.object({
  exists: z.boolean(),
  /** A registered stream has this name, so the lobby makes nobody host of such a room. */
  isNameTaken: z.boolean(),
  title: z.string(),
  locked: z.boolean(),
  /** Roles that the lobby can request now; empty if the operator requires tokens. */
  roles: z.array(Role),
  participants: z.number().int(),
  hostName: z.string().nullable(),
  live: z.object({ liveSinceMs: EpochMs.nullable(), hls: z.string(), play: WatchUrls, viewers: z.number().int() }).nullable(),
});
export type LobbyRoom = z.infer<typeof LobbyRoom>;

export const RoomSummary = z.object({
  id: RoomId,
  title: z.string(),
  createdAtMs: EpochMs,
  participants: z.number().int(),
  locked: z.boolean(),
  live: z.boolean(),
});
