import type { OutputRequest } from '@lianmai/protocol';
import { withStreamKey } from '../../outputs';

/** An RTMP destination as services provide it: the server, and a separate key. */
export interface Destination {
  server: string;
  key: string;
}

export const noDestination = (): Destination => ({ server: '', key: '' });
export const isBlank = ({ server, key }: Destination): boolean => server.trim() === '' && key.trim() === '';

/** Returns what is wrong with it, as far as the page can tell. null: nothing. */
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

export const rtmpOutputRequest = ({ server, key }: Destination): OutputRequest => ({ kind: 'rtmp', url: withStreamKey(server, key) });
