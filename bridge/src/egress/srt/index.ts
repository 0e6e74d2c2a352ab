/** SRT push: calls the destination and sends MPEG-TS. The protocol is our own implementation because state, secrets and dropping must be in our hands. */
import { z } from 'zod';
import type { AddressGuard } from '../../runtime/outbound/index.js';
import { SRT } from '../../hub/renditions/index.js';
import { defineOutputKind, type OutputKind } from '../OutputKinds.js';
import { SrtOutput } from './SrtOutput.js';
import { describeTarget, parseSrtUrl, type SrtTarget } from './srtUrl.js';

const SrtOptions = z.object({
  url: z
    .string()
    .max(2048)
    .transform((url, context): SrtTarget => {
      const target = parseSrtUrl(url);
      if (typeof target !== 'string') return target;
      context.addIssue(target);
      return z.NEVER;
    })
    .describe('srt://host:port?streamid=…&passphrase=…&latency=200&pbkeylen=16'),
});

export const srtOutputKind = ({ guard }: { guard: AddressGuard }): OutputKind =>
  defineOutputKind({
    kind: 'srt',
    schemes: ['srt'],
    accepts: SRT,
    options: SrtOptions,
    create: ({ url }, session) => new SrtOutput(url, session, guard),
    describe: ({ url }) => describeTarget(url),
  });
