/** RTMP and RTMPS push: own client, because the state of a session, its secrets and its back-pressure must be ours. */
import { z } from 'zod';
import { defineOutputKind } from '../kinds.js';
import { RtmpOutput } from './RtmpOutput.js';
import { describeTarget, parseRtmpUrl, RTMP_SCHEMES } from './url.js';

const RtmpOptions = z.object({
  url: z
    .string()
    .max(2048)
    .refine((url) => parseRtmpUrl(url) !== null, 'expected rtmp://host[:port]/app/key or rtmps://…, with the stream key as the last part')
    .describe('rtmp://host[:port]/app/key'),
});

export const rtmpOutput = defineOutputKind({
  kind: 'rtmp',
  schemes: RTMP_SCHEMES,
  options: RtmpOptions,
  create: ({ url }, session) => new RtmpOutput(url, session),
  describe: ({ url }) => describeTarget(url),
});
