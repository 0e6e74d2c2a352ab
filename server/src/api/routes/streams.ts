import {
  CreateStream,
  PlayUrlsReply,
  PlayUrlsRequest,
  StreamClientsReply,
  streamKey,
  StreamList,
  StreamReply,
  UpdateStream,
  type OutputInfo,
} from '@lianmai/protocol';
import { z } from 'zod';
import { playUrls, publishUrls, signPlay, watchPage, type RegisteredStream } from '../../streams/index.js';
import { KEY_PER_MINUTE, MAX_JSON_BYTES } from '../bounds.js';
import { route, type ApiServices, type Caller } from '../contract.js';
import { Nothing, StreamClientParams, StreamParams, noBody } from '../schemas.js';
import { endpointsFor } from '../streamEndpoints.js';

const common = { tag: 'streams', right: 'key', perMinute: KEY_PER_MINUTE, params: StreamParams, errors: ['NOT_FOUND'] } as const;
const Stream = StreamReply.meta({ id: 'Stream' });
const asksBridge = ['NOT_FOUND', 'BRIDGE_UNAVAILABLE', 'TIMEOUT'] as const;

export const streams = [
  route({
    ...common,
    method: 'post',
    path: '/streams',
    summary: 'Create a stream; returns complete URLs to publish and play',
    params: Nothing,
    bodyKind: 'json',
    maxBodyBytes: MAX_JSON_BYTES,
    body: CreateStream,
    reply: Stream,
    status: 201,
    errors: ['CONFLICT'],
    handle: async ({ services, body, caller }) => replyFor(await services.streams.create(body), services, caller),
  }),
  route({
    ...common,
    ...noBody,
    method: 'get',
    path: '/streams',
    summary: 'List registered streams with their state, and other live streams (rooms’ programs)',
    params: Nothing,
    reply: StreamList.extend({ streams: z.array(Stream) }),
    status: 200,
    errors: [],
    handle: async ({ services, caller }) => {
      const made = await services.streams.all();
      const names = new Set(made.map(streamKey));
      const others = services.streams.statuses.all.filter((status) => !names.has(streamKey(status)));
      const outputs = await services.streams.jobs.outputsOf(made);
      return { streams: made.map((stream) => replyOf(stream, outputs.get(stream.id) ?? [], services, caller)), others };
    },
  }),
  route({
    ...common,
    ...noBody,
    method: 'get',
    path: '/streams/{id}',
    summary: 'Read a stream: URLs, options, publisher and media',
    reply: Stream,
    status: 200,
    handle: async ({ services, params, caller }) => replyFor(await services.streams.get(params.id), services, caller),
  }),
  route({
    ...common,
    method: 'patch',
    path: '/streams/{id}',
    summary: 'Change options; connected clients stay connected',
    bodyKind: 'json',
    maxBodyBytes: MAX_JSON_BYTES,
    body: UpdateStream,
    reply: Stream,
    status: 200,
    handle: async ({ services, params, body, caller }) => replyFor(await services.streams.update(params.id, body), services, caller),
  }),
  route({
    ...common,
    ...noBody,
    method: 'delete',
    path: '/streams/{id}',
    summary: 'Delete a stream and disconnect its publisher',
    reply: Nothing,
    status: 204,
    handle: async ({ services, params }) => {
      await services.streams.remove(params.id);
      return {};
    },
  }),
  route({
    ...common,
    ...noBody,
    method: 'post',
    path: '/streams/{id}/key',
    summary: 'Make a new stream key and disconnect the publisher that uses the old one',
    reply: Stream,
    status: 201,
    handle: async ({ services, params, caller }) => replyFor(await services.streams.rotateKey(params.id), services, caller),
  }),
  route({
    ...common,
    method: 'post',
    path: '/streams/{id}/play-urls',
    summary: 'Sign URLs that play a stream with `playAccess: signed` until they expire',
    bodyKind: 'json',
    maxBodyBytes: MAX_JSON_BYTES,
    body: PlayUrlsRequest,
    reply: PlayUrlsReply,
    status: 201,
    handle: async ({ services, params, body, caller }) => {
      const stream = await services.streams.get(params.id);
      const expireS = Math.floor(Date.now() / 1000) + body.ttlSeconds;
      const signature = signPlay(stream.playSecret, stream, expireS);
      const play = playUrls(endpointsFor(stream, services, caller), stream, signature);
      return { expiresAtMs: expireS * 1000, play, watch: watchPage(caller.baseUrl, stream, signature) };
    },
  }),
  route({
    ...common,
    ...noBody,
    method: 'get',
    path: '/streams/{id}/clients',
    summary: 'List every connection that publishes or plays',
    reply: StreamClientsReply,
    status: 200,
    errors: asksBridge,
    handle: async ({ services, params }) => ({ clients: await services.streams.clients(params.id) }),
  }),
  route({
    ...common,
    ...noBody,
    method: 'delete',
    path: '/streams/{id}/publisher',
    summary: 'Disconnect the publisher; it may come back with its key',
    reply: Nothing,
    status: 204,
    errors: asksBridge,
    handle: async ({ services, params }) => {
      await services.streams.kick(params.id);
      return {};
    },
  }),
  route({
    ...common,
    ...noBody,
    method: 'delete',
    path: '/streams/{id}/clients/{clientId}',
    summary: 'End one connection; the client may come back',
    params: StreamClientParams,
    reply: Nothing,
    status: 204,
    errors: asksBridge,
    handle: async ({ services, params }) => {
      await services.streams.kick(params.id, params.clientId);
      return {};
    },
  }),
];

async function replyFor(stream: RegisteredStream, services: ApiServices, caller: Caller): Promise<z.input<typeof StreamReply>> {
  const outputs = await services.streams.jobs.outputsOf([stream]);
  return replyOf(stream, outputs.get(stream.id) ?? [], services, caller);
}

function replyOf(stream: RegisteredStream, outputs: OutputInfo[], services: ApiServices, caller: Caller): z.input<typeof StreamReply> {
  const { id, app, name, title, playAccess, srtPassphrase, playSecret, record, createdAtMs } = stream;
  const addresses = endpointsFor(stream, services, caller);
  const { statuses, jobs } = services.streams;
  return {
    id,
    app,
    name,
    title: title ?? name,
    playAccess,
    record,
    createdAtMs,
    outputs,
    source: stream.source && { url: stream.source.reveal() },
    pull: jobs.pullOf(stream),
    srtPassphrase: srtPassphrase?.reveal() ?? null,
    playSecret: playSecret.reveal(),
    publish: publishUrls(addresses, stream),
    play: playUrls(addresses, stream),
    watch: watchPage(caller.baseUrl, stream),
    status: statuses.status(stream),
    viewers: statuses.viewers(stream),
  };
}
