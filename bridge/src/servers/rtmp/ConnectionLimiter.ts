import type { Socket } from 'node:net';
import { KEPT_FOR_PUBLISHERS, Places, plainIp, type Log } from '@lianmai/kit';
import { affordableConnections } from '../../runtime/index.js';
import type { RtmpLimits } from './rtmpLimits.js';

/**
 * Limits connections. Each takes a pending place when it comes, before its first byte, and another one when it publishes or plays: idle connections cannot take
 * the places of clients, nor players those of publishers.
 */
export class ConnectionLimiter {
  /** Of publishers and players. */
  readonly places: Places;
  readonly #pending: Places;
  readonly #all: Places;
  readonly #giveBackPending = new Map<string, () => void>();
  /** Connections in total, as far as this process may open them. */
  readonly total: number;

  constructor({ maxConnections, maxPerAddress, maxPendingPerAddress }: RtmpLimits, log: Log) {
    const total = affordableConnections(maxConnections);
    this.total = total;
    this.places = new Places({
      name: 'RTMP publishers and players',
      setting: 'rtmp.maxPerAddress',
      total,
      perAddress: maxPerAddress,
      keptForPublishers: KEPT_FOR_PUBLISHERS,
      log,
    });
    this.#pending = new Places({ name: 'RTMP connections that neither publish nor play', total, perAddress: maxPendingPerAddress, log });
    this.#all = new Places({ name: 'RTMP connections', setting: 'rtmp.maxConnections', total, perAddress: total, log });
  }

  get connections(): number {
    return this.#all.taken;
  }

  /** Call for every new TCP socket, before its first byte. Returns false when the socket must be destroyed. */
  tryAdd(socket: Socket): boolean {
    const ip = plainIp(socket.remoteAddress);
    const port = socket.remotePort;
    if (port === undefined) return false; // already disconnected
    let giveBack: () => void = () => undefined;
    try {
      giveBack = this.#all.take(ip);
      this.#giveBackPending.set(keyOf(ip, port), this.#pending.take(ip));
    } catch {
      giveBack();
      return false; // logged
    }
    socket.once('close', () => {
      giveBack();
      this.markActive(ip, port);
    });
    return true;
  }

  /** Call when the connection starts to publish or play; it no longer counts as pending. */
  markActive(ip: string, port: number | undefined): void {
    const key = keyOf(ip, port);
    this.#giveBackPending.get(key)?.();
    this.#giveBackPending.delete(key);
  }
}

const keyOf = (ip: string, port: number | undefined): string => `${ip} ${port}`;
