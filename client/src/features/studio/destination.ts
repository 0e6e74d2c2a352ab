import type { OutputRequest } from '@lianmai/protocol';

/** An RTMP destination as people have it: the server, and the key apart. */
export interface Destination {
  server: string;
  key: string;
}

export const noDestination = (): Destination => ({ server: '', key: '' });
export const isBlank = ({ server, key }: Destination): boolean => server.trim() === '' && key.trim() === '';

/** What is wrong with it; null: nothing that can be seen from here. */
export function problemOf({ server, key }: Destination): 'noServer' | 'badServer' | null {
  const url = server.trim();
  if (url === '') return key.trim() === '' ? null : 'noServer';
  try {
    const { protocol, hostname } = new URL(url);
    return (protocol === 'rtmp:' || protocol === 'rtmps:') && hostname !== '' ? null : 'badServer';
  } catch {
    return 'badServer';
  }
}

/** The key is the last part of the path; without one the URL is complete as it is. */
export function toOutputRequest({ server, key }: Destination): OutputRequest {
  const url = server.trim();
  const name = key.trim().replace(/^\/+/, '');
  return { kind: 'rtmp', url: name === '' ? url : `${url.replace(/\/+$/, '')}/${name}` };
}
