import { AppName, RecordingReply, RecordingsReply, StreamName, type Recording } from '@lianmai/protocol';
import { z } from 'zod';
import { KEY_PER_MINUTE } from '../bounds.js';
import { route, type ApiServices, type Caller } from '../contract.js';
import { Nothing, noBody } from '../schemas.js';

const common = { tag: 'recordings', right: 'key', perMinute: KEY_PER_MINUTE, ...noBody } as const;
const errors = ['NOT_FOUND', 'BRIDGE_UNAVAILABLE', 'TIMEOUT'] as const;
const Reply = RecordingReply.meta({ id: 'Recording' });
const Params = z.object({
  recording: z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9_-]{1,64}$/),
});

/** Routes for recordings. */
export const recordings = [
  route({
    ...common,
    method: 'get',
    path: '/recordings',
    summary: 'List recordings, newest first, with URLs to play and download',
    params: Nothing,
    query: z.object({
      app: AppName.optional(),
      name: StreamName.optional(),
      /** Returns only recordings that started earlier. Pass the previous page's last `startedAtMs`. */
      before: z.coerce.number().optional(),
      limit: z.coerce.number().int().min(1).max(500).default(100),
    }),
    reply: RecordingsReply.extend({ recordings: z.array(Reply) }),
    status: 200,
    errors: ['BRIDGE_UNAVAILABLE', 'TIMEOUT'],
    handle: async ({ services, query: { app, name, before, limit }, caller }) => {
      const found = await services.recordings.list({ ...(app && { app }), ...(name && { name }), beforeMs: before, limit });
      return { recordings: found.map((recording) => replyOf(recording, services, caller)) };
    },
  }),
  route({
    ...common,
    method: 'get',
    path: '/recordings/{recording}',
    summary: 'Read a recording, with its URL',
    params: Params,
    reply: Reply,
    status: 200,
    errors,
    handle: async ({ services, params, caller }) => replyOf(await services.recordings.get(params.recording), services, caller),
  }),
  route({
    ...common,
    method: 'delete',
    path: '/recordings/{recording}',
    summary: 'Delete a recording and its files',
    params: Params,
    reply: Nothing,
    status: 204,
    errors: [...errors, 'WRONG_STATE'],
    handle: async ({ services, params }) => {
      await services.recordings.delete(params.recording);
      return {};
    },
  }),
];

function replyOf(recording: Recording, { recordings: all }: ApiServices, { baseUrl }: Caller): z.input<typeof RecordingReply> {
  const { path, expiresAtMs } = all.grant(recording);
  const { id, app, name, format, state, reason, startedAtMs, durationMs, bytes, gaps } = recording;
  return { id, app, name, format, state, reason, startedAtMs, durationMs, bytes, gaps, url: `${baseUrl}${path}`, expiresAtMs };
}
