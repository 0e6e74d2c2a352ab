import { STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import type { LianmaiError } from '@lianmai/protocol';
import { CORS_HEADERS, ERROR_HEADERS, retryAfter } from './responseHeaders.js';

/** Sends an HTTP error where there is no response object, and closes the connection. */
export function rejectSocket(socket: Socket, error: LianmaiError): void {
  const body = JSON.stringify({ error: error.toWire() });
  const head = [
    `HTTP/1.1 ${error.status} ${STATUS_CODES[error.status] ?? ''}`,
    'Connection: close',
    'Content-Type: application/json; charset=utf-8',
    `Content-Length: ${Buffer.byteLength(body)}`,
    ...Object.entries({ ...ERROR_HEADERS, ...CORS_HEADERS, ...retryAfter(error) }).map(([name, value]) => `${name}: ${value}`),
  ];
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy());
}
