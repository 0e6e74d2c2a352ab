import type { AddressInfo, Server } from 'node:net';
import { ConfigError } from './config.js';

export interface ListenOptions {
  /** 0 for any free port. */
  port: number;
  /** Default: all addresses, IPv4 and IPv6. */
  host?: string | undefined;
  /** How to choose another port, for the error message: `PORT, --port or http.port`. */
  option: string;
}

/** Returns the port once the server is listening. Throws a ConfigError if the address cannot be used. */
export async function listenOrThrow(server: Server, { port, host, option }: ListenOptions): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    const onError = (error: NodeJS.ErrnoException) => reject(asListenError(error, { port, host, option }));
    server.once('error', onError);
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      server.off('error', onError);
      resolve();
    });
  });
  // The address of a server that listens on a port is never a string.
  return (server.address() as AddressInfo).port;
}

/** Converts errors that an operator can fix into a ConfigError; returns any other error unchanged. */
export function asListenError(error: NodeJS.ErrnoException, { port, host = '', option }: ListenOptions): Error {
  switch (error.code) {
    case 'EADDRINUSE':
      return new ConfigError(`Port ${port} is in use by another program. Choose another one with ${option}.`);
    case 'EACCES':
      return new ConfigError(
        `This process may not listen on port ${port}. Choose one above 1023 with ${option}, or give the process more rights.`,
      );
    case 'EADDRNOTAVAIL':
    case 'ENOTFOUND':
      return new ConfigError(`This machine has no address ${host}. Choose another one with HOST, --host or http.host.`);
    default:
      return error;
  }
}

/** Removes the `::ffff:` prefix that Node puts before IPv4 addresses on dual-stack sockets. */
export const plainIp = (ip = ''): string => ip.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, '');
