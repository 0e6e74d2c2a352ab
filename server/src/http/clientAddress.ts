import type { IncomingMessage } from 'node:http';
import { plainIp } from '@lianmai/kit';

/**
 * Returns the caller's address: the nearest one that is no trusted proxy, as Express's `request.ip` is. For requests that Express does not
 * handle, such as upgrades. Limits count its `networkOf`.
 */
export function clientAddress({ socket, headers }: IncomingMessage, isTrusted: (address: string, hop: number) => boolean): string {
  const forwarded = String(headers['x-forwarded-for'] ?? '').split(',').map((part) => part.trim()); // prettier-ignore
  let address = socket.remoteAddress ?? '';
  for (const [hop, before] of forwarded.filter(Boolean).reverse().entries()) {
    if (!isTrusted(address, hop)) break;
    address = before;
  }
  return plainIp(address);
}
