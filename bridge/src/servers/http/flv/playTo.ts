import type { Socket } from 'node:net';
import type { Log } from '@lianmai/kit';
import type { FanoutPool } from '../../fanout/index.js';
import type { AdmittedPlay } from './PlayAdmission.js';
import type { FlvBytes, Shape } from './FlvBytes.js';

export interface Line {
  socket: Socket;
  shape: Shape;
  /** Everything has been written. */
  sayGoodbye: () => void;
}

export type PlayTo = (line: Line, visit: AdmittedPlay) => void;

/** A goodbye that is not answered. */
const LINGER_MS = 5000;

/** Plays to a connection until it closes. */
export const playTo =
  (fanouts: FanoutPool<FlvBytes>, log: Log): PlayTo =>
  ({ socket, shape, sayGoodbye }, { stream, admission }) => {
    const hangUp = () => void socket.destroy();
    const onEnd = () => {
      const linger = setTimeout(hangUp, LINGER_MS);
      socket.once('close', () => clearTimeout(linger));
      sayGoodbye();
    };
    const onError = (error: unknown) => {
      log.error({ err: error, stream: stream.key }, 'FLV playback failed');
      onEnd();
    };
    admission.signal.addEventListener('abort', hangUp, { once: true });
    const pick = (packed: FlvBytes) => packed[shape];
    const playback = fanouts.open(stream, { socket, pick, admission, onEnd, onStalled: hangUp, onError });
    socket.once('close', () => playback.leave());
    playback.start();
  };
