import { OutputInfo, OutputRequest } from '@lianmai/protocol';
import { KEY_PER_MINUTE, MAX_JSON_BYTES } from '../bounds.js';
import { route } from '../contract.js';
import { Nothing, StreamOutputParams, StreamParams, noBody } from '../schemas.js';

const common = { tag: 'streams', right: 'key', perMinute: KEY_PER_MINUTE } as const;

/** Destinations that a stream is pushed to whenever it is live. */
export const streamOutputs = [
  route({
    ...common,
    method: 'post',
    path: '/streams/{id}/outputs',
    summary: 'Push the stream to a destination whenever it is live, over RTMP(S) or SRT',
    params: StreamParams,
    bodyKind: 'json',
    maxBodyBytes: MAX_JSON_BYTES,
    body: OutputRequest,
    reply: OutputInfo,
    status: 201,
    errors: ['NOT_FOUND', 'CONFLICT', 'UNSUPPORTED'],
    handle: async ({ services, params, body }) => services.streams.jobs.addOutput(await services.streams.get(params.id), body),
  }),
  route({
    ...common,
    method: 'delete',
    path: '/streams/{id}/outputs/{output}',
    summary: 'Stop pushing to a destination and delete it',
    params: StreamOutputParams,
    ...noBody,
    reply: Nothing,
    status: 204,
    errors: ['NOT_FOUND'],
    handle: async ({ services, params }) => {
      await services.streams.jobs.removeOutput(await services.streams.get(params.id), params.output);
      return {};
    },
  }),
];
