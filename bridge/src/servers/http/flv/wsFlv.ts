import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Log } from '@lianmai/kit';
import { LianmaiError, toLianmaiError } from '@lianmai/protocol';
import { WebSocketServer, type WebSocket } from 'ws';
import { LISTENERS } from '../../listener/index.js';
import { rejectSocket } from '../rejectSocket.js';
import type { PlayAdmission, AdmittedPlay } from './PlayAdmission.js';
import type { PlayFlv } from './playFlv.js';

const PATH = /^\/([^/?]+)\/([^/?]+)\.flv(?:\?|$)/;
/** RFC 6455 7.4.1 */
const NORMAL = 1000;

export type UpgradeListener = (message: IncomingMessage, socket: Socket, head: Buffer) => void;

/** `ws://…/{app}/{name}.flv`: the same bytes as HTTP-FLV, in messages. A rejection is an HTTP response to the handshake. */
export function flvUpgrade(playAdmission: PlayAdmission, play: PlayFlv, log: Log): UpgradeListener {
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false, // video does not compress further
    maxPayload: LISTENERS.wsFlv.maxMessageBytes,
    autoPong: false,
  });
  return (message, socket, head) => {
    const gone = new AbortController();
    socket.on('error', () => undefined);
    socket.once('close', () => gone.abort(new LianmaiError('NOT_FOUND')));
    admitUpgrade(playAdmission, message, gone.signal).then(
      (admitted) => {
        socket.once('close', () => admitted.admission.release());
        if (socket.destroyed) return admitted.admission.release();
        server.handleUpgrade(message, socket, head, (ws) => {
          handleControlFrames(ws, socket);
          play({ socket, framing: 'frame', finish: () => ws.close(NORMAL, 'the stream ended') }, admitted);
        });
      },
      (error: unknown) => rejectUpgrade(socket, error, log),
    );
  };
}

async function admitUpgrade(playAdmission: PlayAdmission, message: IncomingMessage, signal: AbortSignal): Promise<AdmittedPlay> {
  const [, app, name] = PATH.exec(message.url ?? '') ?? [];
  if (message.headers.upgrade?.toLowerCase() !== 'websocket') throw new LianmaiError('BAD_REQUEST');
  if (app === undefined || name === undefined) throw new LianmaiError('NOT_FOUND');
  return playAdmission.admit({ app: decode(app), name: decode(name), protocol: 'wsFlv', message, signal });
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    throw new LianmaiError('BAD_REQUEST');
  }
}

/** Media frames, made once for all players, go straight to the socket; the ws library handles the control frames between them. */
function handleControlFrames(ws: WebSocket, socket: Socket): void {
  ws.on('error', () => socket.destroy());
  // A player that sends pings but never reads would pile up pongs.
  ws.on('ping', (data) => {
    if (socket.writableLength === 0) ws.pong(data);
  });
}

function rejectUpgrade(socket: Socket, thrown: unknown, log: Log): void {
  const error = toLianmaiError(thrown);
  if (error.code === 'INTERNAL') log.error({ err: thrown }, 'FLV over WebSocket failed');
  rejectSocket(socket, error);
}
