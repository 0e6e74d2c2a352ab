import type { Socket } from 'node:net';
import { plainIp } from '@lianmai/kit';
import type { RtmpLimits } from './rtmpLimits.js';

/** Counts connections, those that have not said what they want by address: nobody can take all places by doing nothing. */
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

  /** With the TCP socket as it comes, before any byte. false: destroy it. */
  enter(socket: Socket): boolean {
    const ip = plainIp(socket.remoteAddress);
    const port = socket.remotePort;
    if (port === undefined) return false; // gone already
    const ports = this.#pending.get(ip) ?? new Set();
    if (this.#connections >= this.#limits.maxConnections || ports.size >= this.#limits.maxPendingPerIp) return false;
    this.#connections++;
    this.#pending.set(ip, ports.add(port));
    socket.once('close', () => {
      this.#connections--;
      this.settle(ip, port);
    });
    return true;
  }

  /** It publishes or plays. */
  settle(ip: string, port: number | undefined): void {
    const ports = this.#pending.get(ip);
    if (!ports || port === undefined) return;
    ports.delete(port);
    if (ports.size === 0) this.#pending.delete(ip);
  }
}
