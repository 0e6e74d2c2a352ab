import type { WatchUrls } from '@lianmai/protocol';
import type { PlayerSources } from '../../player';

/** The query parameters that admit a viewer. They go with every request for media. */
const SIGNATURE = ['expire', 'sign'] as const;

export function signatureOf(search: string): URLSearchParams {
  const query = new URLSearchParams(search);
  const signature = new URLSearchParams();
  for (const name of SIGNATURE) {
    const value = query.get(name);
    if (value !== null) signature.set(name, value);
  }
  return signature;
}

/** The picture to show before playback, with the page's signature. null: none. */
export function signedPoster(poster: string | null, search: string): string | null {
  const signature = signatureOf(search).toString();
  return poster && signature ? `${poster}?${signature}` : poster;
}

/** Absolute URLs of what the server names, relative to the page's origin, with the page's signature. */
export function signedSources({ whep, flv, wsFlv, hls }: WatchUrls, page: { href: string; search: string }): PlayerSources {
  const signature = signatureOf(page.search);
  const complete = (address: string): URL => {
    const url = new URL(address, page.href);
    for (const [name, value] of signature) url.searchParams.set(name, value);
    return url;
  };
  const socket = complete(wsFlv);
  socket.protocol = socket.protocol.replace('http', 'ws');
  const dvr = complete(hls);
  dvr.searchParams.set('dvr', '1');
  return { dvr: dvr.href, whep: complete(whep).href, flv: complete(flv).href, wsFlv: socket.href, hls: complete(hls).href };
}

/** Why the server refused, as far as the page can tell from its own URL. */
export function refusalOf(search: string, nowMs: number): 'linkNeeded' | 'linkExpired' | 'refused' {
  const signature = signatureOf(search);
  if (!signature.has('sign')) return 'linkNeeded';
  const expireSeconds = Number(signature.get('expire'));
  return expireSeconds * 1000 < nowMs ? 'linkExpired' : 'refused';
}
