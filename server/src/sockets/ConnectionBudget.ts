import type { EventEmitter } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { LianmaiError } from '@lianmai/protocol';
import type { Socket } from 'socket.io';
import { UNAUTHENTICATED, type Allowance } from './allowances.js';
import { TokenBucket } from './TokenBucket.js';

/** A WebSocket connection below socket.io's namespaces. */
export type Connection = Socket['conn'];

/** How long a connection may take to close after its last message. */
const LINGER_MS = 1000;

/**
 * Limits what one connection sends, from its first byte. A message over the limit is never decoded: the connection goes deaf, its owner
 * tells the peer why (`onExceeded`), and it closes.
 */
export class ConnectionBudget {
  readonly #connection: Connection;
  #allowance = UNAUTHENTICATED;
  #bytes = new TokenBucket(UNAUTHENTICATED.bytes);
  #messages = new TokenBucket(UNAUTHENTICATED.messages);
  #isEnded = false;
  #onExceeded: (error: LianmaiError) => void = () => undefined;

  constructor(connection: Connection) {
    this.#connection = connection;
    const { socket } = connection.request;
    // Before the WebSocket parser, which would hold back up to a whole message.
    const onBytes = ({ length }: Buffer) => {
      if (!this.#bytes.take(length)) this.#exceed('RATE_LIMITED');
    };
    socket.prependListener('data', onBytes);
    connection.on('packet', (packet: { data?: unknown }) => this.#count(packet.data));
    webSocketOf(connection)?.on('ping', () => this.#countMessage());
    connection.once('close', () => socket.off('data', onBytes));
  }

  /** The connection has shown who it is. `onExceeded` tells the peer why it is closed. */
  admit(allowance: Allowance, onExceeded: (error: LianmaiError) => void): void {
    this.#allowance = allowance;
    this.#bytes = new TokenBucket(allowance.bytes);
    this.#messages = new TokenBucket(allowance.messages);
    this.#onExceeded = onExceeded;
  }

  /** Closes the connection: what was sent still arrives, and nothing more is read. */
  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const { socket } = this.#connection.request;
    this.#connection.removeAllListeners('data');
    this.#connection.close();
    setTimeout(() => socket.destroy(), LINGER_MS).unref();
  }

  #count(data: unknown): void {
    this.#countMessage();
    const { maxTextBytes, maxBinaryBytes } = this.#allowance;
    if (typeof data === 'string' && Buffer.byteLength(data) > maxTextBytes) this.#exceed('TOO_LARGE');
    if (Buffer.isBuffer(data) && data.length > maxBinaryBytes) this.#exceed('TOO_LARGE');
  }

  #countMessage(): void {
    if (!this.#messages.take(1)) this.#exceed('RATE_LIMITED');
  }

  #exceed(code: 'TOO_LARGE' | 'RATE_LIMITED'): void {
    if (this.#isEnded) return;
    // Deaf first: this very message must not be decoded.
    this.#connection.removeAllListeners('data');
    this.#connection.request.socket.pause();
    this.#onExceeded(new LianmaiError(code));
    this.end();
  }
}

/** engine.io keeps the WebSocket on its request; its types do not say so. Pings are answered below engine.io, which never sees them. */
const webSocketOf = ({ request }: Connection) => (request as IncomingMessage & { websocket?: EventEmitter }).websocket;
