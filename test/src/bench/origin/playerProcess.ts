/**
 * A process of players: raw sockets that read into one static buffer and discard it, over HTTP/1.0, which has no chunks to take apart. Run as
 * `node playerProcess.ts PORT PATH COUNT`; a PATH without `.flv` is played over RTMP. Each line on standard input ends one measurement, prints it as a line of
 * JSON, and starts the next.
 */
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { FlvWalker } from './FlvWalker.js';
import { askToPlay, HANDSHAKE_BYTES, sayHello } from './rtmpPlay.js';

/** The time between two frames of the clip. */
const FRAME_MS = 1000 / 30;
/** The pause between connections; connecting all at once would measure the listen queue. */
const CONNECT_EVERY_MS = 2;
const READ_BYTES = 256 * 1024;

interface Player {
  bytes: number;
  maxGapMs: number;
  lastReadAtMs: number;
  droppedFrames: number;
  lastDtsMs: number | null;
}

const [port, path = '/', count] = process.argv.slice(2);
const isFlv = path.endsWith('.flv');
const [, app = '', name = ''] = path.split('/');
const players: Player[] = [];
let disconnected = 0;
const shared = Buffer.alloc(READ_BYTES);

function open(): void {
  const player: Player = { bytes: 0, maxGapMs: 0, lastReadAtMs: performance.now(), droppedFrames: 0, lastDtsMs: null };
  let greeted = 0;
  const walker = new FlvWalker((dtsMs) => noteVideo(player, dtsMs));
  const callback = (length: number) => {
    const nowMs = performance.now();
    player.maxGapMs = Math.max(player.maxGapMs, nowMs - player.lastReadAtMs);
    player.lastReadAtMs = nowMs;
    if (isFlv) walker.walk(shared, length);
    else if (greeted < HANDSHAKE_BYTES && (greeted += length) >= HANDSHAKE_BYTES) askToPlay(socket, app, name);
    player.bytes += length;
    return true;
  };
  const socket = connect({ port: Number(port), host: '127.0.0.1', onread: { buffer: shared, callback } });
  socket.on('error', () => undefined).on('close', () => disconnected++);
  if (isFlv) socket.write(`GET ${path} HTTP/1.0\r\n\r\n`);
  else sayHello(socket);
  players.push(player);
}

function noteVideo(player: Player, dtsMs: number): void {
  const stepMs = player.lastDtsMs === null ? 0 : dtsMs - player.lastDtsMs;
  if (stepMs > 1.5 * FRAME_MS) player.droppedFrames += Math.round(stepMs / FRAME_MS) - 1;
  player.lastDtsMs = dtsMs;
}

const connecting = setInterval(() => {
  if (players.length < Number(count)) open();
  else clearInterval(connecting);
}, CONNECT_EVERY_MS);

createInterface({ input: process.stdin })
  .on('line', () => {
    const nowMs = performance.now();
    const seen = players.map(({ bytes, maxGapMs, droppedFrames, lastReadAtMs }) => ({
      bytes,
      droppedFrames,
      maxGapMs: Math.max(maxGapMs, nowMs - lastReadAtMs),
    }));
    process.stdout.write(`${JSON.stringify({ connected: players.length, disconnected, players: seen })}\n`);
    for (const player of players) Object.assign(player, { bytes: 0, maxGapMs: 0, droppedFrames: 0 });
  })
  .on('close', () => process.exit(0));
