import type { RecordingReply } from '@lianmai/protocol';
import type { z } from 'zod';

export type RecordingItem = z.infer<typeof RecordingReply>;

/**
 * Merges a newly read first page: it replaces the recordings of its time span, which drops deleted ones, and older ones stay. A page that
 * is not full is complete.
 */
export function withNewest(known: readonly RecordingItem[], page: readonly RecordingItem[], pageLength: number): RecordingItem[] {
  const oldest = page.at(-1);
  if (!oldest || page.length < pageLength) return [...page];
  return [...page, ...known.filter((one) => one.startedAtMs < oldest.startedAtMs)];
}

/** Appends a page of older recordings. */
export function withOlder(known: readonly RecordingItem[], page: readonly RecordingItem[]): RecordingItem[] {
  const ids = new Set(known.map(({ id }) => id));
  return [...known, ...page.filter(({ id }) => !ids.has(id))];
}

/** The total length of the gaps, ms. */
export const missingMs = ({ gaps }: Pick<RecordingItem, 'gaps'>): number => gaps.reduce((sum, gap) => sum + gap.lengthMs, 0);

/** The same file at the page's own origin, which its certificate and policy cover. */
export function localUrl(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** FLV needs a player of its own. A recording that broke off before its first fragment has nothing to show. */
export const canPlay = ({ format, durationMs }: Pick<RecordingItem, 'format' | 'durationMs'>): boolean =>
  format !== 'flv' && durationMs > 0;

/** HLS is a folder of files. */
export const canDownload = ({ format, bytes }: Pick<RecordingItem, 'format' | 'bytes'>): boolean => format !== 'hls' && bytes > 0;
