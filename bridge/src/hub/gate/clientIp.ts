import type { IncomingMessage } from 'node:http';
import { plainIp } from '@lianmai/kit';

/** Returns the IP of the client. `X-Forwarded-For` counts only when a proxy on this machine sent it, such as the server's HTTPS front. */
export function clientIp(request: IncomingMessage): string {
  const peer = plainIp(request.socket.remoteAddress);
  const forwarded = request.headers['x-forwarded-for'];
  // A peer that connects from the address it connects to runs on this machine too.
  const isLocal = peer === '127.0.0.1' || peer === '::1' || peer === plainIp(request.socket.localAddress);
  if (!isLocal || typeof forwarded !== 'string') return peer;
  return plainIp(forwarded.split(',').at(-1)?.trim()) || peer;
}
