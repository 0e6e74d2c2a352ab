import type { AddressInfo, Server } from 'node:net';
import { ConfigError } from './config.js';

export interface ListenOptions {
  /** 0: any free port. */
  port: number;
  /** Default: every address, IPv4 and IPv6. */
  host?: string | undefined;
  /** How an operator chooses another port, for the error message: `PORT, --port or http.port`. */
  option: string;
}

/** Returns the port once the server listens. Throws a ConfigError when the address cannot be used. */
export async function listenOrThrow(server: Server, { port, host, option }: ListenOptions): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => reject(asListenError(error, { port, host, option }));
    server.once('error', onError);
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      server.off('error', onError);
      resolve();
    });
  });
  // A server that listens on a port has an address that is no string.
  return (server.address() as AddressInfo).port;
}

/** Turns what an operator can put right into a ConfigError; returns any other error unchanged. */
export function asListenError(error: NodeJS.ErrnoException, { port, host = '', option }: ListenOptions): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConfigError(`Port ${port} is in use by another program. Choose another one with ${option}.`);
    case 'EACCES':
      return new ConfigError(`Port ${port} needs more rights than this process has. Choose one above 1023 with ${option}.`);
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ConfigError(`This machine has no address ${host} (HOST, --host, http.host).`);
    default:
      return error;
  }
}

/** Removes the `::ffff:` that Node puts before IPv4 addresses on sockets that take IPv6 too. */
export const plainIp = (ip = ''): string => ip.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
