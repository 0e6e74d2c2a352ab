import { connect, isIP, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { LianmaiError } from '@lianmai/protocol';
import { rejected } from './rejections.js';
import type { RtmpTarget } from './rtmpUrl.js';

const KEEP_ALIVE_MS = 15_000;

/** Returns a connected TCP or TLS socket, or throws an error that says whose fault it is. Later errors are for the owner of the socket. */
export function openSocket(
  { scheme, host, port }: RtmpTarget,
  { insecureTls, signal }: { insecureTls: boolean; signal: AbortSignal },
): Promise<Socket> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted();
    const options = { host, port, noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };
    const socket =
      scheme === 'rtmps'
        ? connectTls({ ...options, rejectUnauthorized: !insecureTls, ...(isIP(host) === 0 && { servername: host }) })
        : connect(options);
    const settle = (finish: () => void) => {
      signal.removeEventListener('abort', onAbort);
      socket.removeListener('error', onError);
      finish();
    };
    const onAbort = () => settle(() => (socket.destroy(), reject(signal.reason as Error)));
    const onError = (error: NodeJS.ErrnoException) => settle(() => reject(connectError(error)));
    signal.addEventListener('abort', onAbort, { once: true });
    socket.once('error', onError);
    socket.once(scheme === 'rtmps' ? 'secureConnect' : 'connect', () => settle(() => resolve(socket)));
  });
}

const CERTIFICATE = /^(CERT_|ERR_TLS_CERT|DEPTH_ZERO_SELF_SIGNED|SELF_SIGNED|UNABLE_TO_|HOSTNAME_MISMATCH)/;
const WORDS = new Map([
  ['ECONNREFUSED', 'Nothing is listening at the destination.'],
  ['ENOTFOUND', "The destination's host name does not exist."],
  ['EAI_AGAIN', "The destination's host name cannot be looked up at the moment."],
  ['ETIMEDOUT', 'The destination does not answer.'],
  ['EHOSTUNREACH', 'There is no route to the destination.'],
  ['ENETUNREACH', 'There is no route to the destination.'],
]);

function connectError(error: NodeJS.ErrnoException): LianmaiError {
  const code = error.code ?? '';
  if (CERTIFICATE.test(code)) return rejected(`The destination's certificate is not valid (${code}).`);
  if (code === 'EPROTO' || code.startsWith('ERR_SSL'))
    return unreachable('The destination does not speak TLS on this port. Try rtmp:// or another port.', error);
  return unreachable(WORDS.get(code), error);
}

export const unreachable = (message: string | undefined, cause?: unknown) =>
  new LianmaiError('DESTINATION_UNREACHABLE', undefined, { ...(message !== undefined && { message }), cause });
