import type { OutputRequest } from '@lianmai/protocol';
import { withStreamKey } from '../../outputs';

const SOURCE_SCHEMES = ['rtmp', 'rtmps', 'http', 'https', 'rtsp', 'rtsps', 'srt', 'file'];

function schemeOf(text: string): string | null {
  try {
    const { protocol, hostname } = new URL(text);
    return hostname !== '' || protocol === 'file:' ? protocol.slice(0, -1) : null;
  } catch {
    return null;
  }
}

/** The URL looks like something that the server can fetch. */
export const isSourceUrl = (text: string): boolean => SOURCE_SCHEMES.includes(schemeOf(text.trim()) ?? '');

/** The kind of output that pushes to this URL. null: none. */
export function outputKindOf(text: string): 'rtmp' | 'srt' | null {
  const scheme = schemeOf(text.trim());
  if (scheme === 'rtmp' || scheme === 'rtmps') return 'rtmp';
  return scheme === 'srt' ? 'srt' : null;
}

/** The key is the last part of an RTMP URL, but often given separately. SRT has everything in one URL. null: not a URL. */
export function toOutputRequest({ url, key }: { url: string; key: string }): OutputRequest | null {
  const kind = outputKindOf(url);
  if (!kind) return null;
  return { kind, url: kind === 'srt' ? url.trim() : withStreamKey(url, key) };
}
