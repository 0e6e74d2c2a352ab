import type { OutputRequest } from '@lianmai/protocol';

const SOURCE_SCHEMES = ['rtmp', 'rtmps', 'http', 'https', 'rtsp', 'rtsps', 'srt', 'file'];

function schemeOf(text: string): string | null {
  try {
    const { protocol, hostname } = new URL(text);
    return hostname !== '' || protocol === 'file:' ? protocol.slice(0, -1) : null;
  } catch {
    return null;
  }
}

/** It can be fetched from there, as far as can be seen from here. */
export const isSourceUrl = (text: string): boolean => SOURCE_SCHEMES.includes(schemeOf(text.trim()) ?? '');

/** What pushes to which addresses; null: nothing does. */
export function outputKindOf(text: string): 'rtmp' | 'srt' | null {
  const scheme = schemeOf(text.trim());
  if (scheme === 'rtmp' || scheme === 'rtmps') return 'rtmp';
  return scheme === 'srt' ? 'srt' : null;
}

/** The key is the last part of an RTMP address, and often given apart; SRT has all in one. null: this is no address. */
export function toOutputRequest({ url, key }: { url: string; key: string }): OutputRequest | null {
  const kind = outputKindOf(url);
  if (!kind) return null;
  const name = key.trim().replace(/^\/+/, '');
  const server = url.trim();
  return { kind, url: kind === 'srt' || name === '' ? server : `${server.replace(/\/+$/, '')}/${name}` };
}
