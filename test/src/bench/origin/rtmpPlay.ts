import type { Socket } from 'node:net';

/** S0, S1 and S2 (RTMP 5.2), which must be read before the commands are sent. */
export const HANDSHAKE_BYTES = 3073;
const CHALLENGE_BYTES = 1536;
const COMMAND = 20;

export const sayHello = (socket: Socket) => void socket.write(Buffer.concat([Buffer.of(3), Buffer.alloc(CHALLENGE_BYTES)]));

/** Completes the handshake and sends the three commands to play, each within one chunk. nginx-rtmp numbers the first stream 1. */
export function askToPlay(socket: Socket, app: string, name: string): void {
  const connect = [
    ...text('connect'),
    ...number(1),
    3,
    ...key('app'),
    ...text(app),
    ...key('tcUrl'),
    ...text(`rtmp://bench/${app}`),
    0,
    0,
    9,
  ];
  const createStream = [...text('createStream'), ...number(2), 5];
  const play = [...text('play'), ...number(0), 5, ...text(name), ...number(-2000)];
  socket.write(Buffer.concat([Buffer.alloc(CHALLENGE_BYTES), message(connect, 0), message(createStream, 0), message(play, 1)]));
}

/** AMF0 */
const key = (name: string) => [0, name.length, ...Buffer.from(name)];
const text = (value: string) => [2, ...key(value)];
function number(value: number): number[] {
  const bytes = Buffer.alloc(9);
  bytes.writeDoubleBE(value, 1);
  return [...bytes];
}

function message(body: readonly number[], streamId: number): Buffer {
  if (body.length > 128) throw new Error('longer than a chunk');
  return Buffer.from([3, 0, 0, 0, 0, 0, body.length, COMMAND, streamId, 0, 0, 0, ...body]);
}
