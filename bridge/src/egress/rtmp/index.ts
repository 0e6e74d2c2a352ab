/** RTMP and RTMPS push, with our own client because session state, secrets and back-pressure must be in our hands. */
import { z } from 'zod';
import { FLV } from '../../hub/renditions/index.js';
import { defineOutputKind, type OutputKind } from '../OutputKinds.js';
import { RtmpOutput, type RtmpConnectOptions } from './RtmpOutput.js';
import { describeTarget, parseRtmpUrl, RTMP_SCHEMES, type RtmpTarget } from './rtmpUrl.js';

const EXPECTED = 'expected rtmp://host[:port]/app/key or rtmps://…, with the stream key as the last part';
const USER_INFO = 'a user name and password in the address are not supported: put the key into the last part';

const RtmpOptions = z.object({
  url: z
    .string()
    .max(2048)
    .transform((url, context): RtmpTarget => {
      const target = parseRtmpUrl(url);
      if (target && !target.hasUserInfo) return target;
      context.addIssue(target ? USER_INFO : EXPECTED);
      return z.NEVER;
    })
    .describe('rtmp://host[:port]/app/key'),
});

export const rtmpOutputKind = ({ guard, insecureTls }: RtmpConnectOptions): OutputKind =>
  defineOutputKind({
    kind: 'rtmp',
    schemes: RTMP_SCHEMES,
    accepts: FLV,
    options: RtmpOptions,
    create: ({ url }, session) => new RtmpOutput(url, session, { guard, insecureTls }),
    describe: ({ url }) => describeTarget(url),
  });
