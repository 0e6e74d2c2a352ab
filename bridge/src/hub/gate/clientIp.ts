import type { IncomingMessage } from 'node:http';
import { plainIp } from '@lianmai/kit';

/** Who asks. A proxy on this machine (the server's own door, for pages over HTTPS) may speak for its client. */
export function clientIp(request: IncomingMessage): string {
  const peer = plainIp(request.socket.remoteAddress);
  const forwarded = request.headers['x-forwarded-for'];
  // Who connects from the address that is connected to is on this machine as well.
  const isLocal = peer === '127.0.0.1' || peer === '::1' || peer === plainIp(request.socket.localAddress);
  if (!isLocal || typeof forwarded !== 'string') return peer;
  return plainIp(forwarded.split(',').at(-1)?.trim()) || peer;
}
