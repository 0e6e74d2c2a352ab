import type { Server, Socket } from 'node:net';
import { Places, plainIp, type Log } from '@lianmai/kit';
import { toLianmaiError, type LianmaiError } from '@lianmai/protocol';
import { affordableConnections } from '../../runtime/index.js';

export interface ConnectionLimits {
  /** Connections in all; fewer when this process may not open so many. */
  maxConnections: number;
  /** Connections of one address. */
  maxPerAddress: number;
}

export interface LimitConnectionsOptions extends ConnectionLimits {
  /** 'RTMP connections'. */
  name: string;
  setting: string;
  log: Log;
  /** Connections that stand for many clients, each of which is counted elsewhere. Default: none. */
  isExempt?: (socket: Socket) => boolean;
  /** Tells the client before its connection is closed. Default: it is closed without a word. */
  refuse?: (socket: Socket, error: LianmaiError) => void;
}

const LOG_EVERY_MS = 60_000;
const destroy = (socket: Socket) => void socket.destroy();

/** Bounds the connections of a TCP server, in all and per address. */
export function limitConnections(server: Server, options: LimitConnectionsOptions): void {
  const { name, setting, log, isExempt, refuse = destroy } = options;
  const total = affordableConnections(options.maxConnections);
  server.maxConnections = total;
  const places = new Places({ name, setting: `${setting}.maxPerAddress`, total: Infinity, perAddress: options.maxPerAddress, log });
  let loggedAtMs = -Infinity;
  server.on('drop', () => {
    const nowMs = performance.now();
    if (nowMs - loggedAtMs < LOG_EVERY_MS) return;
    loggedAtMs = nowMs;
    log.warn({ total, setting: `${setting}.maxConnections` }, `refused: too many ${name}`);
  });
  server.prependListener('connection', (socket: Socket) => {
    if (isExempt?.(socket)) return;
    try {
      socket.once('close', places.take(plainIp(socket.remoteAddress)));
    } catch (error) {
      socket.on('error', () => undefined);
      refuse(socket, toLianmaiError(error));
    }
  });
}

/** Whether a process on this machine connected, such as the server's HTTPS front: it connects from loopback, or from the address it connects to. */
export function isFromThisMachine({ remoteAddress, localAddress }: Pick<Socket, 'remoteAddress' | 'localAddress'>): boolean {
  const peer = plainIp(remoteAddress);
  return peer.startsWith('127.') || peer === '::1' || peer === plainIp(localAddress);
}
