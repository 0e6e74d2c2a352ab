import { plainIp } from '@lianmai/kit';
import type { Request } from 'express';

/** True for direct loopback requests only: a proxy on this machine forwards other people's. */
export function isFromThisMachine({ socket, headers }: Request): boolean {
  const address = socket.remoteAddress ?? '';
  const isLoopback = address === '::1' || plainIp(address).startsWith('127.');
  return isLoopback && headers['x-forwarded-for'] === undefined && headers.forwarded === undefined;
}
