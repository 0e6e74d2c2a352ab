import type { Socket } from 'node:net';
import { plainIp } from '@lianmai/kit';
import type { RtmpLimits } from './rtmpLimits.js';

/** Limits connections in total and, per IP, those that neither publish nor play yet. Idle connections cannot take every slot. */
export class ConnectionLimiter {
  readonly #limits: Pick<RtmpLimits, 'maxConnections' | 'maxPendingPerIp'>;
  readonly #pending = new Map<string, Set<number>>();
  #connections = 0;

  constructor(limits: Pick<RtmpLimits, 'maxConnections' | 'maxPendingPerIp'>) {
    this.#limits = limits;
  }

  get connections(): number {
    return this.#connections;
  }

  /** Call for every new TCP socket, before its first byte. Returns false when the socket must be destroyed. */
  tryAdd(socket: Socket): boolean {
    const ip = plainIp(socket.remoteAddress);
    const port = socket.remotePort;
    if (port === undefined) return false; // already disconnected
    const ports = this.#pending.get(ip) ?? new Set();
    if (this.#connections >= this.#limits.maxConnections || ports.size >= this.#limits.maxPendingPerIp) return false;
    this.#connections++;
    this.#pending.set(ip, ports.add(port));
    socket.once('close', () => {
      this.#connections--;
      this.markActive(ip, port);
    });
    return true;
  }

  /** Call when the connection starts to publish or play; it no longer counts as pending. */
  markActive(ip: string, port: number | undefined): void {
    const ports = this.#pending.get(ip);
    if (!ports || port === undefined) return;
    ports.delete(port);
    if (ports.size === 0) this.#pending.delete(ip);
  }
}
