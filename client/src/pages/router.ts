import { useSyncExternalStore } from 'react';

type Route =
  | { page: 'room'; room: string | null }
  /** `app` null: the default app. */
  | { page: 'watch'; app: string | null; name: string }
  | { page: 'streams' }
  | { page: 'recordings' }
  | { page: 'gallery' }
  | { page: 'unknown' };

/** The front page, a room, a broadcast (`/watch` and `/live` are the same, with or without an app), and the operator's lists. */
export function routeOf(path: string): Route {
  const [first = '', second = '', ...rest] = path.split('/').filter(Boolean).map(decode);
  if (first === '') return { page: 'room', room: null };
  if (first === '__gallery') return { page: 'gallery' };
  if ((first === 'streams' || first === 'recordings') && second === '') return { page: first };
  if (second === '' || rest.length > 1) return { page: 'unknown' };
  const [third] = rest;
  if (first === 'watch' || first === 'live') {
    return third === undefined ? { page: 'watch', app: null, name: second } : { page: 'watch', app: second, name: third };
  }
  if (first === 'r' && third === undefined) return { page: 'room', room: second };
  return { page: 'unknown' };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

const subscribe = (listener: () => void) => {
  window.addEventListener('popstate', listener);
  return () => window.removeEventListener('popstate', listener);
};

export const usePath = (): string => useSyncExternalStore(subscribe, () => location.pathname);

/** Goes to another path without reloading the page. */
export function navigate(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  window.dispatchEvent(new PopStateEvent('popstate'));
}

export const roomPath = (room: string): string => `/r/${encodeURIComponent(room)}`;
