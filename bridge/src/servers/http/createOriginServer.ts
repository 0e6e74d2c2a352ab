import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { listenOrThrow, type Closable, type Log, type Metrics } from '@lianmai/kit';
import { LianmaiError, toLianmaiError, type StreamRef } from '@lianmai/protocol';
import express, { type Express, type NextFunction, type Request, type Response, type Router } from 'express';
import type { Gate } from '../../hub/gate/index.js';
import type { StreamHub } from '../../hub/stream/index.js';
import { isFromThisMachine, limitConnections, LISTENERS, type ConnectionLimits } from '../listener/index.js';
import { createFlvOrigin, FLV_DEFAULTS, type FlvOptions, type UpgradeListener } from './flv/index.js';
import { HLS_DEFAULTS, HlsOrigin, hlsRoutes, type HlsOriginOptions } from './hls/index.js';
import { rejectSocket } from './rejectSocket.js';
import { commonHeaders, ERROR_HEADERS, retryAfter } from './responseHeaders.js';

export interface OriginServerOptions extends Partial<ConnectionLimits> {
  hub: StreamHub;
  /** Admits every player. */
  gate: Gate;
  /** 0: any free port. */
  port: number;
  /** Default: all addresses. */
  host?: string;
  log: Log;
  metrics?: Metrics;
  /** Routes of other parts, served on the same port. */
  extraRoutes?: readonly Router[];
  hls?: Partial<HlsSettings>;
  flv?: Partial<FlvSettings>;
}

export type HlsSettings = HlsOriginOptions;
export type FlvSettings = FlvOptions;

/** A client that sends no complete request within this time is disconnected. */
const REQUEST_TIMEOUT_MS = 10_000;
/** Larger than a batch, so a write that the kernel accepts completes immediately. */
const SOCKET_BUFFER_BYTES = 256 * 1024;

export interface OriginServer extends Closable {
  readonly port: number;
  /** Returns how many players asked for this stream's playlist in the last 10 s. */
  viewers(stream: StreamRef): number;
  /** Deletes the last playlists and the DVR window of an ended stream. */
  forget(stream: StreamRef): Promise<void>;
  close(reason: string): Promise<void>;
}

/** Resolves when the server is listening; rejects if the port is taken. */
export async function createOriginServer({
  hub,
  gate,
  port,
  host,
  log,
  metrics,
  maxConnections = 10_000,
  maxPerAddress = 2000,
  extraRoutes = [],
  ...settings
}: OriginServerOptions): Promise<OriginServer> {
  const hls = await HlsOrigin.create({ hub, gate, log }, { ...HLS_DEFAULTS, maxPerAddress, ...settings.hls });
  const flv = createFlvOrigin({ hub, gate, log }, { ...FLV_DEFAULTS, maxPerAddress, ...settings.flv });
  let isReady = true;
  const server = createServer(
    {
      headersTimeout: REQUEST_TIMEOUT_MS,
      requestTimeout: REQUEST_TIMEOUT_MS,
      connectionsCheckingInterval: REQUEST_TIMEOUT_MS / 4,
      highWaterMark: SOCKET_BUFFER_BYTES,
      maxHeaderSize: LISTENERS.http.maxMessageBytes,
    },
    createApp([...extraRoutes, hlsRoutes(hls), flv.routes], log, () => isReady),
  );
  limitConnections(server, {
    name: 'connections to the origin',
    setting: 'origin',
    maxConnections,
    maxPerAddress,
    log,
    isExempt: isFromThisMachine,
    refuse: (socket, error) => rejectSocket(socket, error),
  });
  const upgraded = trackUpgraded(server, flv.upgrade);
  try {
    await listenOrThrow(server, { port, host, option: 'ORIGIN_PORT or origin.port' });
  } catch (error) {
    await hls.close('not listening');
    throw error;
  }
  metrics?.gauge('origin_hls_viewers', 'Players that are fetching an HLS playlist', () => hls.sessions.watching);
  metrics?.gauge('origin_flv_players', 'HTTP-FLV and WS-FLV players', () => flv.players.playerCount);
  metrics?.gauge('origin_flv_queued_bytes', 'Bytes queued for slow FLV players', () => flv.players.queuedBytes);
  metrics?.gauge('origin_flv_dropped_tags', 'Tags skipped for slow FLV players that have left', () => flv.players.droppedTags);
  metrics?.gauge('origin_streams', 'Streams in the hub', () => hub.streams.length);
  return {
    port: (server.address() as AddressInfo).port,
    viewers: (stream) => hls.sessions.count(stream),
    forget: (stream) => hls.forget(stream),
    async close(reason) {
      isReady = false;
      const packaged = hls.close(reason);
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
        for (const socket of upgraded) socket.destroy();
      });
      await packaged;
    },
  };
}

/** Node's HTTP server drops upgraded connections from its own list, so we track them. */
function trackUpgraded(server: Server, listener: UpgradeListener): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('upgrade', (message: IncomingMessage, socket: Socket, head: Buffer) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    listener(message, socket, head);
  });
  return sockets;
}

function createApp(media: Router[], log: Log, isReady: () => boolean): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.use(commonHeaders);
  app.get('/healthz', (_request, response) => {
    response.json({ status: 'ok' });
  });
  app.get('/readyz', (_request, response) => {
    response.status(isReady() ? 200 : 503).json({ status: isReady() ? 'ok' : 'closing' });
  });
  app.use(...media);
  app.use(() => {
    throw new LianmaiError('NOT_FOUND');
  });
  app.use((thrown: unknown, request: Request, response: Response, _next: NextFunction) => {
    const error = toHttpError(thrown);
    if (error.code === 'INTERNAL') log.error({ err: thrown, method: request.method }, 'origin request failed');
    response
      .set({ ...ERROR_HEADERS, ...retryAfter(error) })
      .status(error.status)
      .json({ error: error.toWire() });
  });
  return app;
}

/** Express reports an undecodable path with its own status. */
function toHttpError(thrown: unknown): LianmaiError {
  const isBadPath = thrown instanceof URIError || (thrown instanceof Error && 'status' in thrown && thrown.status === 400);
  return isBadPath ? new LianmaiError('BAD_REQUEST') : toLianmaiError(thrown);
}
