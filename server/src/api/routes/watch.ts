import { DEFAULT_APP, RoomId, StreamRef, WatchInfo, type StreamStatus } from '@lianmai/protocol';
import { z } from 'zod';
import type { Room } from '../../rooms/index.js';
import { watchUrls } from '../../streams/index.js';
import { route, type ApiServices } from '../contract.js';
import { noBody } from '../schemas.js';

/** By IP address. A whole school may share one, and its watch pages poll. */
const LOOKS_PER_MINUTE = 600;

export const watch = [
  route({
    method: 'get',
    path: '/watch/{app}/{name}',
    summary: 'Read public information on a stream or a room’s program: state, tracks and URLs',
    tag: 'streams',
    right: 'open',
    perMinute: LOOKS_PER_MINUTE,
    params: StreamRef,
    ...noBody,
    reply: WatchInfo,
    status: 200,
    errors: ['RATE_LIMITED'],
    handle: ({ services, params }) => lookAt(services, params),
  }),
];

async function lookAt(services: ApiServices, { app, name }: StreamRef): Promise<z.input<typeof WatchInfo>> {
  const { streams, rooms, originUrl } = services;
  const stream = await streams.find({ app, name });
  const room = app === DEFAULT_APP ? rooms.find(RoomId.parse(name)) : undefined;
  const status = streams.statuses.status({ app, name });
  return {
    app,
    name,
    title: stream?.title ?? room?.info.title ?? name,
    playAccess: stream?.playAccess ?? 'open',
    ...whatIsOn(status, room),
    viewers: status ? streams.statuses.viewers(status) : (room?.program.info?.hlsViewers ?? 0),
    play: watchUrls(originUrl, { app, name }),
    poster: status?.video ? `/${app}/${name}.jpg` : null,
  };
}

/** Uses the bridge's measurements, at most a second old. A program that has just started is found through its room. */
function whatIsOn(status: StreamStatus | null, room: Room | undefined) {
  const startedAtMs = status?.startedAtMs ?? (room?.program.info?.state === 'live' ? room.program.info.liveSinceMs : null);
  return {
    state: status?.state ?? (startedAtMs === null ? 'offline' : 'live'),
    startedAtMs,
    video: status?.video ?? null,
    audio: status?.audio ?? null,
    bitrateKbps: status?.bitrateKbps ?? 0,
    conversions: status?.conversions ?? [],
  } as const;
}
