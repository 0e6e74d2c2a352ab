import { createHash } from 'node:crypto';
import { Recording } from '@lianmai/protocol';
import { z } from 'zod';
import type { MediaTag } from '../hub/stream/index.js';

/** All that another process must know to go on with a recording whose own process has died. */
export const Resumption = z.object({
  /** The process that records; see `ownerOf`. */
  owner: z.string(),
  /** How long its stream may take to come back, ms. */
  graceMs: z.number().nonnegative(),
  /** Only the same broadcast, recorded by the same rule, from the same codec configurations goes on. */
  broadcastId: z.string().nullable(),
  segmentSeconds: z.number().nullable(),
  configs: z.string().nullable(),
});
export type Resumption = z.infer<typeof Resumption>;

/** The metadata beside a recording. `resumption`: null once nothing more is to be added. */
export const RecordingNote = Recording.extend({ resumption: Resumption.nullable().default(null).catch(null) });
export type RecordingNote = z.infer<typeof RecordingNote>;

/** Names codec configurations. */
export function digestOf(configs: readonly MediaTag[]): string {
  const hash = createHash('sha256');
  for (const { kind, body } of configs) hash.update(`${kind} ${body.length} `).update(body);
  return hash.digest('base64url');
}
