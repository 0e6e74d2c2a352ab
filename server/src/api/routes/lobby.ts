import {
  LOBBY_TOKEN_TTL_S,
  DEFAULT_APP,
  LianmaiError,
  LobbyJoinReply,
  LobbyJoinRequest,
  LobbyRoom,
  type ErrorCode,
  type Identity,
  type Role,
  type RoomId,
} from '@lianmai/protocol';
import type { z } from 'zod';
import { lobbyIdentity } from '../../authorisation/index.js';
import type { Room } from '../../rooms/index.js';
import { watchUrls } from '../../streams/index.js';
import { MAX_JSON_BYTES } from '../bounds.js';
import { route, type ApiServices } from '../contract.js';
import { RoomParams, noBody } from '../schemas.js';

/** By IP address. A whole school may share one and join within a minute, and its watch pages poll. */
const JOINS_PER_MINUTE = 120;
const LOOKS_PER_MINUTE = 600;

const common = { tag: 'lobby', right: 'open', params: RoomParams, path: '/lobby/{room}' } as const;

export const lobby = [
  route({
    ...common,
    method: 'get',
    summary: 'Read a room’s public information for the lobby and watch page',
    perMinute: LOOKS_PER_MINUTE,
    ...noBody,
    reply: LobbyRoom,
    status: 200,
    errors: ['RATE_LIMITED'],
    handle: ({ services, params }) => lookAt(services, params.room),
  }),
  route({
    ...common,
    method: 'post',
    summary: 'Request a join token without a key, if the operator allows it',
    perMinute: JOINS_PER_MINUTE,
    bodyKind: 'json',
    maxBodyBytes: MAX_JSON_BYTES,
    body: LobbyJoinRequest,
    reply: LobbyJoinReply,
    status: 201,
    errors: ['FORBIDDEN', 'NAME_TAKEN', 'ROOM_LOCKED', 'NOT_FOUND', 'RATE_LIMITED'],
    handle: async ({ services, params: { room }, body: { name, role, deviceId } }) => {
      const identity = lobbyIdentity(deviceId);
      if (role === 'host' && services.isLobbyOpen) await services.streams.assertNotStream(room);
      // No await between these two, so that only one person gets a new room.
      assertOffered(services, room, identity, role);
      if (role === 'host') services.reservations.reserve(room, identity);
      return { ...services.authority.mintJoinToken({ identity, name, grants: { room, role }, ttlSeconds: LOBBY_TOKEN_TTL_S }), role };
    },
  }),
];

async function lookAt(services: ApiServices, id: RoomId): Promise<z.input<typeof LobbyRoom>> {
  const stream = await services.streams.find({ app: DEFAULT_APP, name: id });
  const isNameTaken = services.isLobbyOpen && stream !== null;
  const room = services.rooms.find(id);
  return {
    exists: room !== undefined,
    isNameTaken,
    title: room?.info.title ?? id,
    locked: room?.info.locked ?? false,
    roles: !room && isNameTaken ? [] : rolesNow(services, room),
    participants: room?.participants.size ?? 0,
    hostName: room?.hostName ?? null,
    live: room ? liveOf(room, services.originUrl, stream?.playAccess === 'signed') : null,
  };
}

/**
 * Without a public origin URL, media goes through this server, on the page's own address. An address that only the bridge knows would be
 * blocked by the page's Content-Security-Policy. How many watch a signed stream is told only to those who may (`GET /watch`).
 */
function liveOf(room: Room, originUrl: string | null, isSigned: boolean): z.input<typeof LobbyRoom>['live'] {
  const { info } = room.program;
  if (!info || !room.isLive) return null;
  const play = watchUrls(originUrl, { app: DEFAULT_APP, name: info.room });
  return { liveSinceMs: info.liveSinceMs, hls: play.hls, play, viewers: isSigned ? 0 : info.viewers.total };
}

function rolesNow({ isLobbyOpen }: ApiServices, room: Room | undefined): Role[] {
  if (!isLobbyOpen || room?.info.locked === true) return [];
  if (!room) return ['host'];
  return room.stage.snapshot.settings.policy === 'open' ? ['guest', 'viewer'] : ['viewer'];
}

/** Throws FORBIDDEN, ROOM_LOCKED or NOT_FOUND unless the lobby may give this person this role now. */
function assertOffered({ isLobbyOpen, stagePolicy, rooms, reservations }: ApiServices, id: RoomId, identity: Identity, role: Role): void {
  if (!isLobbyOpen) throw rejection('FORBIDDEN', 'The lobby of this server is closed. Open the invitation link that you were given.');
  const room = rooms.find(id);
  const holder = reservations.holderOf(id);
  const isKnownHost = room ? room.knowsHost(identity) || (holder === identity && room.hostName === null) : holder === identity;
  if (isKnownHost) return;
  if (room?.info.locked === true) throw new LianmaiError('ROOM_LOCKED');
  const isOpen = room !== undefined || holder !== null;
  if (role === 'host') {
    if (isOpen) throw rejection('FORBIDDEN', 'This room already has a host. Join as a guest or viewer.');
    return;
  }
  if (!isOpen) throw rejection('NOT_FOUND', 'This room is not open yet. Wait for its host.');
  const policy = room ? room.stage.snapshot.settings.policy : stagePolicy;
  if (role === 'guest' && policy !== 'open')
    throw rejection('FORBIDDEN', 'Guests need approval here. Join as a viewer and ask for a seat.');
}

const rejection = (code: ErrorCode, message: string) => new LianmaiError(code, undefined, { message });
