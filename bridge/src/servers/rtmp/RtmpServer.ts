import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { ConfigError, listenOrThrow, plainIp, type Closable, type ListenOptions, type Log, type Metrics } from '@lianmai/kit';
import { FanoutPool } from '../fanout/index.js';
import { ConnectionLimiter } from './ConnectionLimiter.js';
import { DEFAULT_LIMITS, type RtmpLimits } from './rtmpLimits.js';
import { RTMP_PACKER } from './rtmpPacker.js';
import type { RtmpPlayerParts } from './RtmpPlayer.js';
import { RtmpSession, type RtmpSessionParts } from './RtmpSession.js';

export interface RtmpServerOptions extends Pick<RtmpPlayerParts, 'gate' | 'hub' | 'openRendition'> {
  /** 0: any free port. */
  port: number;
  /** Default: all addresses. */
  host?: string;
  /** Also serves RTMPS. `cert` and `key` are PEM texts. */
  tls?: { port: number; cert: string; key: string };
  /** Tags are collected for this long and sent with one write. Default 100; 0: every tag at once. */
  batchMs?: number;
  log: Log;
  metrics?: Metrics;
  limits?: Partial<RtmpLimits>;
}

const KEEP_ALIVE_MS = 15_000;
const SOCKET_OPTIONS = { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS };

/** Serves publishers and players on one port, and on a second port with TLS. */
export class RtmpServer implements Closable {
  readonly #limiter: ConnectionLimiter;
  readonly #parts: RtmpSessionParts;
  readonly #sessions = new Set<RtmpSession>();
  readonly #servers: Server[] = [];

  /** Resolves when the server is listening. Throws ConfigError for an unusable port or certificate. */
  static async open(options: RtmpServerOptions): Promise<RtmpServer> {
    const server = new RtmpServer(options);
    try {
      await server.#listen(options);
    } catch (error) {
      await server.close('not listening');
      throw error;
    }
    return server;
  }

  private constructor({ gate, hub, openRendition, batchMs = 100, log, metrics, limits }: RtmpServerOptions) {
    const bounds = { ...DEFAULT_LIMITS, ...limits };
    this.#limiter = new ConnectionLimiter(bounds, log);
    this.#parts = {
      gate,
      hub,
      log,
      limits: bounds,
      places: this.#limiter.places,
      publishers: new Map(),
      fanouts: new FanoutPool({ ...bounds, name: 'rtmp', packer: RTMP_PACKER, batchMs, log }),
      ...(openRendition && { openRendition }),
    };
    metrics?.gauge('rtmp_connections', 'RTMP and RTMPS connections', () => this.#limiter.connections);
    metrics?.gauge('rtmp_publishers', 'RTMP and RTMPS publishers', () => this.#count('publish'));
    metrics?.gauge('rtmp_players', 'RTMP and RTMPS players', () => this.#count('play'));
  }

  get port(): number {
    return portOf(this.#servers[0]) ?? 0;
  }

  /** Null without RTMPS. */
  get tlsPort(): number | null {
    return portOf(this.#servers[1]);
  }

  get connections(): number {
    return this.#limiter.connections;
  }

  async close(reason: string): Promise<void> {
    const closed = this.#servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
    for (const session of [...this.#sessions]) session.close(reason);
    for (const socket of this.#handshaking) socket.destroy();
    await Promise.all(closed);
  }

  /** TCP connections with an unfinished TLS handshake. */
  readonly #handshaking = new Set<Socket>();

  async #listen({ port, host, tls }: RtmpServerOptions): Promise<void> {
    const plain = createServer(SOCKET_OPTIONS, (socket) => {
      if (this.#limiter.tryAdd(socket)) this.#serve(socket, 'rtmp');
      else socket.destroy();
    });
    plain.maxConnections = this.#limiter.total + 1; // the limiter refuses it, and logs
    await listen(plain, { port, host, option: 'RTMP_PORT or rtmp.port' });
    this.#servers.push(plain);
    if (!tls) return;
    const secure = this.#createSecure(tls);
    secure.maxConnections = this.#limiter.total + 1;
    await listen(secure, { port: tls.port, host, option: 'RTMPS_PORT or rtmp.tlsPort' });
    this.#servers.push(secure);
  }

  #createSecure({ cert, key }: { cert: string; key: string }): Server {
    try {
      const handshakeTimeout = this.#parts.limits.handshakeMs;
      const server = createTlsServer({ ...SOCKET_OPTIONS, cert, key, handshakeTimeout }, (socket) => this.#serve(socket, 'rtmps'));
      server.on('connection', (socket: Socket) => {
        if (!this.#limiter.tryAdd(socket)) {
          socket.destroy();
          return;
        }
        this.#handshaking.add(socket);
        socket.once('close', () => this.#handshaking.delete(socket));
      });
      server.on('tlsClientError', (_error, socket) => socket.destroy());
      return server;
    } catch (error) {
      throw new ConfigError(`The RTMPS certificate or key (TLS_CERT, TLS_KEY) is invalid: ${error instanceof Error ? error.message : ''}`);
    }
  }

  #serve(socket: Socket, protocol: 'rtmp' | 'rtmps'): void {
    const [ip, port] = [plainIp(socket.remoteAddress), socket.remotePort];
    const session: RtmpSession = new RtmpSession(socket, this.#parts, {
      protocol,
      onActive: () => this.#limiter.markActive(ip, port),
      onClosed: () => this.#sessions.delete(session),
    });
    this.#sessions.add(session);
  }

  #count(role: 'publish' | 'play'): number {
    return [...this.#sessions].filter((session) => session.role === role).length;
  }
}

function portOf(server: Server | undefined): number | null {
  const address = server?.address();
  return address && typeof address === 'object' ? (address satisfies AddressInfo).port : null;
}

async function listen(server: Server, options: ListenOptions): Promise<void> {
  await listenOrThrow(server, options);
  server.on('error', () => undefined); // accept() fails when file descriptors run out; existing connections continue
}
