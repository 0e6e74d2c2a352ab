import { useSyncExternalStore } from 'react';

export type Route = { page: 'room'; room: string | null } | { page: 'watch'; room: string } | { page: 'gallery' } | { page: 'unknown' };

/** Three addresses: the front page, a room, and its show. */
export function routeOf(path: string): Route {
  const [first = '', second = '', ...rest] = path.split('/').filter(Boolean).map(decode);
  if (first === '') return { page: 'room', room: null };
  if (first === '__gallery') return { page: 'gallery' };
  if (second === '' || rest.length > 0) return { page: 'unknown' };
  if (first === 'r') return { page: 'room', room: second };
  if (first === 'watch') return { page: 'watch', room: second };
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

/** Goes to another address without loading the page again. */
export function navigate(path: string, { replace = false } = {}): void {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  window.dispatchEvent(new PopStateEvent('popstate'));
}

export const roomPath = (room: string): string => `/r/${encodeURIComponent(room)}`;
