import type { Socket } from 'node:net';
import type { Log } from '@lianmai/kit';
import type { FanoutPool } from '../../fanout/index.js';
import type { AdmittedPlay } from './PlayAdmission.js';
import type { FlvBytes, FlvFraming } from './FlvBytes.js';

export interface FlvConnection {
  socket: Socket;
  framing: FlvFraming;
  /** Called after the last byte. Ends the connection in its protocol's way. */
  finish: () => void;
}

export type PlayFlv = (connection: FlvConnection, admitted: AdmittedPlay) => void;

/** Time that a client has to close the connection after us. */
const LINGER_MS = 5000;

/** Plays to a connection until it closes. */
export const playFlvTo =
  (fanouts: FanoutPool<FlvBytes>, log: Log): PlayFlv =>
  ({ socket, framing, finish }, { stream, admission }) => {
    const disconnect = () => {
      socket.destroy();
    };
    const onEnd = () => {
      const linger = setTimeout(disconnect, LINGER_MS);
      socket.once('close', () => clearTimeout(linger));
      finish();
    };
    const onError = (error: unknown) => {
      log.error({ err: error, stream: stream.key }, 'FLV playback failed');
      onEnd();
    };
    admission.signal.addEventListener('abort', disconnect, { once: true });
    const pick = (packed: FlvBytes) => packed[framing];
    const playback = fanouts.open(stream, { socket, pick, admission, onEnd, onStalled: disconnect, onError });
    socket.once('close', () => playback.leave());
    playback.start();
  };
