import { request, type ClientRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { LianmaiError } from '@lianmai/protocol';
import type { CheckedHost } from './CheckedHost.js';

export interface TcpOptions {
  port: number;
  /** Default: no TLS. */
  tls?: { verify: boolean } | undefined;
  signal: AbortSignal;
}

const KEEP_ALIVE_MS = 15_000;

/**
 * Returns a connected TCP or TLS socket, or throws an error that says whose fault it is. A `signal` that timed out counts as a peer that does not answer.
 * Later errors are for the owner of the socket.
 */
export function openTcp(host: CheckedHost, { port, tls, signal }: TcpOptions): Promise<Socket> {
  return new Promise((resolve, reject) => {
    if (signal.aborted) {
      reject(abortError(signal.reason));
      return;
    }
    const to = { host: host.name, lookup: host.lookup, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    const socket = tls
      ? connectTls({ ...to, rejectUnauthorized: tls.verify, ...(isIP(host.name) === 0 && { servername: host.name }) })
      : connect(to);
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', onAbort);
      socket.removeListener('error', onError);
      finish();
    };
    const onAbort = () => {
      socket.destroy();
      settle(() => reject(abortError(signal.reason)));
    };
    const onError = (error: NodeJS.ErrnoException) => settle(() => reject(connectError(error)));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError);
    socket.once(tls ? 'secureConnect' : 'connect', () => settle(() => resolve(socket)));
  });
}

/** An HTTP request without TLS, to a host that has been checked. */
export function requestHttp(host: CheckedHost, options: RequestOptions, onResponse: (response: IncomingMessage) => void): ClientRequest {
  return request({ ...options, agent: false, host: host.name, lookup: host.lookup }, onResponse);
}

const NO_ANSWER = 'The destination does not answer.';
const CERTIFICATE = /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH)/;
const WORDS = new Map([
  ['ECONNREFUSED', 'Nothing is listening at the destination.'],
  ['ETIMEDOUT', NO_ANSWER],
  ['EHOSTUNREACH', 'There is no route to the destination.'],
  ['ENETUNREACH', 'There is no route to the destination.'],
]);

function connectError(error: NodeJS.ErrnoException): LianmaiError {
  const code = error.code ?? '';
  if (CERTIFICATE.test(code))
    return new LianmaiError('DESTINATION_REFUSED', undefined, { message: `The destination's certificate is not valid (${code}).` });
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return unreachable('The destination does not speak TLS on this port. Try rtmp:// or another port.', error);
  return unreachable(WORDS.get(code), error);
}

function abortError(reason: unknown): Error {
  const error = reason instanceof Error ? reason : new Error(String(reason));
  return error.name === 'TimeoutError' ? unreachable(NO_ANSWER, error) : error;
}

const unreachable = (message: string | undefined, cause: unknown) =>
  new LianmaiError('DESTINATION_UNREACHABLE', undefined, { ...(message !== undefined && { message }), cause });
