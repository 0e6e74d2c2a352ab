import type { IncomingMessage, Server } from 'node:http';
import type { Server as SecureServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Express } from 'express';
import { clientAddress, refuseUpgrade } from '../http/index.js';
import { asksToWait, waitingPlaces, urlOn, NOT_FOR_ORIGIN, passedOn, requestOrigin, streamOf, type OriginRoute } from './originProxy.js';

const UNAVAILABLE = '503 Service Unavailable';
const FLV = /^\/[A-Za-z0-9_-]+\/[A-Za-z0-9_-]+\.flv(?:\?|$)/;

/** Proxies WebSockets for `/{app}/{stream}.flv` from this server's port to the origin, and leaves every other upgrade alone. */
export function passOriginSockets(server: Server | SecureServer, app: Express, route: OriginRoute): void {
  const places = waitingPlaces();
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    const url = request.url ?? '';
    const stream = streamOf(url);
    if (!isOriginSocket(route, url)) return;
    socket.on('error', () => socket.destroy());
    const target = route.targetOf(stream);
    const address = target === null ? null : urlOn(target, url, stream.app);
    if (!address) return refuseUpgrade(socket, UNAVAILABLE);
    const ip = ipOf(app, request);
    const isWaiting = asksToWait(url);
    if (isWaiting && !places.hasPlace(ip)) return refuseUpgrade(socket, '429 Too Many Requests');
    const release = isWaiting ? places.take(ip) : () => undefined;
    if (head.length > 0) socket.unshift(head);
    pass(request, { socket, address, ip, release });
  });
}

/** Whether the URL of an upgrade is a stream's. */
export const isOriginSocket = ({ isApp }: Pick<OriginRoute, 'isApp'>, url: string): boolean => FLV.test(url) && isApp(streamOf(url).app);

interface Passage {
  socket: Duplex;
  address: URL;
  ip: string;
  /** Called when the player no longer waits for its stream. */
  release: () => void;
}

function pass(request: IncomingMessage, { socket, address, ip, release }: Passage): void {
  const headers = { ...passedOn(request.headers, NOT_FOR_ORIGIN), 'x-forwarded-for': ip, connection: 'Upgrade', upgrade: 'websocket' };
  const upstream = requestOrigin(address, 'GET', headers);
  upstream.on('upgrade', (answer, peer, head) => {
    release();
    peer.setTimeout(0);
    peer.on('error', () => socket.destroy());
    peer.on('close', () => socket.destroy());
    socket.on('close', () => peer.destroy());
    socket.write(headOf(answer));
    if (head.length > 0) peer.unshift(head);
    peer.pipe(socket).pipe(peer);
  });
  upstream.on('response', (answer) => {
    socket.write(headOf(answer, 'close'));
    answer.pipe(socket);
  });
  upstream.on('timeout', () => upstream.destroy());
  upstream.on('error', () => refuseUpgrade(socket, UNAVAILABLE));
  upstream.on('close', release);
  socket.on('close', () => upstream.destroy());
  upstream.end();
}

/** Copies the response head. A body that is no longer chunked ends with the connection. */
function headOf({ statusCode = 502, statusMessage = '', headers, rawHeaders }: IncomingMessage, connection?: 'close'): string {
  const pairs = Array.from({ length: rawHeaders.length / 2 }, (_, index) => rawHeaders.slice(index * 2, index * 2 + 2));
  const kept = connection ? Object.entries(passedOn(headers)).map(([name, value]) => [name, String(value)]) : pairs;
  const lines = [...kept, ...(connection ? [['Connection', connection]] : [])].map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${statusCode} ${statusMessage}`, ...lines, '', ''].join('\r\n');
}

/** Finds the caller's address as Express does, behind any trusted proxies. */
const ipOf = (app: Express, request: IncomingMessage): string =>
  clientAddress(request, app.get('trust proxy fn') as (address: string, hop: number) => boolean);
