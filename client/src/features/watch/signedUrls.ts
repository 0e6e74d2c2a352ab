import type { WatchUrls } from '@lianmai/protocol';
import type { PlayerSources } from '../../player';

/** What a watch page is opened with to be let in: it goes with every request for media. */
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

/** The picture before the show plays, with the page's own signature; null: there is none. */
export function signedPoster(poster: string | null, search: string): string | null {
  const signature = signatureOf(search).toString();
  return poster && signature ? `${poster}?${signature}` : poster;
}

/** Complete addresses of what the server names, on the server that the page came from, with the page's own signature. */
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

/** Why a door may be closed, as far as the page can know by its own address. */
export function refusalOf(search: string, nowMs: number): 'linkNeeded' | 'linkExpired' | 'refused' {
  const signature = signatureOf(search);
  if (!signature.has('sign')) return 'linkNeeded';
  const expireSeconds = Number(signature.get('expire'));
  return expireSeconds * 1000 < nowMs ? 'linkExpired' : 'refused';
}
