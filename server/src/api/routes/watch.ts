import { DEFAULT_APP, RoomId, StreamRef, WatchInfo, type ProgramInfo, type StreamStatus } from '@lianmai/protocol';
import { z } from 'zod';
import type { Room } from '../../rooms/index.js';
import { assertSigned, watchUrls, type RegisteredStream } from '../../streams/index.js';
import { route, type ApiServices } from '../contract.js';
import { noBody } from '../schemas.js';

/** By IP address. A whole school may share one, and its watch pages poll. */
const LOOKS_PER_MINUTE = 600;

/** The parameters of a signed play URL, for streams with `playAccess: signed`. */
const Signature = z.object({ expire: z.string().max(200).optional(), sign: z.string().max(200).optional() });

export const watch = [
  route({
    method: 'get',
    path: '/watch/{app}/{name}',
    summary: 'Read information on a stream or a room’s program: state, tracks and URLs; of a signed stream only the state, unless signed',
    tag: 'streams',
    right: 'open',
    perMinute: LOOKS_PER_MINUTE,
    params: StreamRef,
    query: Signature,
    ...noBody,
    reply: WatchInfo,
    status: 200,
    errors: ['RATE_LIMITED'],
    handle: ({ services, params, query }) => lookAt(services, params, query),
  }),
];

async function lookAt(services: ApiServices, ref: StreamRef, query: z.output<typeof Signature>): Promise<z.input<typeof WatchInfo>> {
  const { app, name } = ref;
  const { streams, rooms, originUrl } = services;
  const stream = await streams.find(ref);
  const room = app === DEFAULT_APP ? rooms.find(RoomId.parse(name)) : undefined;
  const status = streams.statuses.status(ref);
  const on = whatIsOn(status, room);
  const common = { app, name, playAccess: stream?.playAccess ?? 'open', play: watchUrls(originUrl, ref) } as const;
  if (stream?.playAccess === 'signed' && !isSigned(stream, query)) return { ...common, ...NOT_TOLD, title: name, state: on.state };
  return {
    ...common,
    ...on,
    title: stream?.title ?? room?.info.title ?? name,
    viewers: room?.isLive ? (room.program.info?.viewers.total ?? 0) : streams.statuses.viewers(ref).total,
    poster: status?.video ? `/${app}/${name}.jpg` : null,
  };
}

/** Visitors without a signature learn nothing of a signed stream but its state. */
const NOT_TOLD = { startedAtMs: null, video: null, audio: null, bitrateKbps: 0, conversions: [], viewers: 0, poster: null };

function isSigned(stream: RegisteredStream, { expire = '', sign = '' }: z.output<typeof Signature>): boolean {
  try {
    assertSigned(stream.playSecret, stream, { expire, sign }, Date.now());
    return true;
  } catch {
    return false;
  }
}

/** A program that has been live and is starting again has an audience that waits for it. */
function stateOf({ state, liveSinceMs }: ProgramInfo): WatchInfo['state'] {
  if (liveSinceMs === null) return 'offline';
  return state === 'live' ? 'live' : 'waiting';
}

/** Uses the bridge's measurements, at most a second old. A program that has just started is found through its room. */
function whatIsOn(status: StreamStatus | null, room: Room | undefined) {
  const program = room?.program.info ?? null;
  const isOn = program?.state === 'live' || program?.state === 'starting';
  const startedAtMs = status?.startedAtMs ?? (isOn ? program.liveSinceMs : null);
  return {
    state: status?.state ?? (isOn ? stateOf(program) : 'offline'),
    startedAtMs,
    video: status?.video ?? null,
    audio: status?.audio ?? null,
    bitrateKbps: status?.bitrateKbps ?? 0,
    conversions: status?.conversions ?? [],
  } as const;
}
