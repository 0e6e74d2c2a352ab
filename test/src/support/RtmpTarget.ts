import { once } from 'node:events';
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { MediaLog } from './MediaLog.js';
import { ownStalls } from './OwnStalls.js';
import { RtmpChunks, type RtmpMessage } from './RtmpChunks.js';

const CHALLENGE_BYTES = 1536;
const SET_CHUNK_SIZE = 1;
const ACKNOWLEDGEMENT = 3;
const AUDIO = 8;
const VIDEO = 9;
const COMMAND = 20;
/** Servers tell encoders how much they have read, after this many bytes at most. */
const ACKNOWLEDGE_BYTES = 64 * 1024;

/** An RTMP server as platforms have one, in this process: takes whatever is published, and notes when each piece of media arrived, by which connection. */
export class RtmpTarget {
  readonly port: number;
  readonly media = new MediaLog(ownStalls);
  readonly #sockets = new Set<Socket>();
  #server: Server | null;
  #connections = 0;

  private constructor(server: Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port;
  }

  static async open(port = 0): Promise<RtmpTarget> {
    const server = createServer();
    await once(server.listen(port, '127.0.0.1'), 'listening');
    const target = new RtmpTarget(server);
    server.on('connection', (socket) => target.#accept(socket));
    return target;
  }

  get url(): string {
    return `rtmp://127.0.0.1:${this.port}/live/test`;
  }

  /** The number of publishers that it has accepted. */
  get connections(): number {
    return this.#connections;
  }

  /** Keeps its connections but takes no byte any more. */
  stopReading(): void {
    for (const socket of this.#sockets) socket.pause();
  }

  /** Ends at once, with all connections, and refuses others. */
  kill(): void {
    this.#server?.close();
    this.#server = null;
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Listens on the same port again. */
  async restart(): Promise<void> {
    const server = createServer((socket) => this.#accept(socket));
    await once(server.listen(this.port, '127.0.0.1'), 'listening');
    this.#server = server;
  }

  #accept(socket: Socket): void {
    this.#sockets.add(socket);
    const session = new Session(socket, {
      publishing: () => (this.#connections += 1),
      media: (kind, mediaMs) => this.media.add({ kind, mediaMs, connection: this.#connections }),
    });
    socket.on('data', (bytes) => session.read(bytes));
    socket.on('error', () => undefined);
    socket.once('close', () => this.#sockets.delete(socket));
  }
}

interface SessionEvents {
  publishing(): void;
  media(kind: 'audio' | 'video', timeMs: number): void;
}

/** One publisher's connection: handshake, the commands until `publish`, then media. */
class Session {
  readonly #socket: Socket;
  readonly #events: SessionEvents;
  readonly #chunks = new RtmpChunks();
  #handshake: Buffer | null = Buffer.alloc(0);
  #bytes = 0;
  #acknowledged = 0;

  constructor(socket: Socket, events: SessionEvents) {
    this.#socket = socket;
    this.#events = events;
  }

  read(bytes: Buffer): void {
    this.#bytes += bytes.length;
    const rest = this.#handshake === null ? bytes : this.#shakeHands(bytes);
    for (const message of this.#chunks.read(rest)) this.#take(message);
    if (this.#handshake !== null || this.#bytes - this.#acknowledged < ACKNOWLEDGE_BYTES) return;
    this.#acknowledged = this.#bytes;
    const body = Buffer.alloc(4);
    body.writeUInt32BE(this.#bytes % 2 ** 32);
    this.#send(ACKNOWLEDGEMENT, body);
  }

  /** Returns what follows C2. */
  #shakeHands(bytes: Buffer): Buffer {
    const hadHello = (this.#handshake?.length ?? 0) > CHALLENGE_BYTES;
    const all = Buffer.concat([this.#handshake ?? Buffer.alloc(0), bytes]);
    this.#handshake = all;
    if (!hadHello && all.length > CHALLENGE_BYTES)
      this.#socket.write(Buffer.concat([Buffer.of(3), Buffer.alloc(CHALLENGE_BYTES), all.subarray(1, 1 + CHALLENGE_BYTES)]));
    if (all.length < 1 + 2 * CHALLENGE_BYTES) return Buffer.alloc(0);
    this.#handshake = null;
    return all.subarray(1 + 2 * CHALLENGE_BYTES);
  }

  #take({ type, timeMs, body }: RtmpMessage): void {
    if (type === SET_CHUNK_SIZE) this.#chunks.chunkBytes = body.readUInt32BE();
    if (type === AUDIO || type === VIDEO) this.#events.media(type === AUDIO ? 'audio' : 'video', timeMs);
    if (type === COMMAND) this.#answer(body);
  }

  #answer(body: Buffer): void {
    const nameBytes = body.readUInt16BE(1);
    const name = body.toString('latin1', 3, 3 + nameBytes);
    const transaction = body.readDoubleBE(4 + nameBytes);
    if (name === 'connect') this.#reply('_result', transaction, amf({}), status('NetConnection.Connect.Success'));
    if (name === 'createStream') this.#reply('_result', transaction, NULL, amf(1));
    if (name !== 'publish') return;
    this.#events.publishing();
    this.#reply('onStatus', 0, NULL, status('NetStream.Publish.Start'));
  }

  #reply(name: string, transaction: number, ...rest: Buffer[]): void {
    this.#send(COMMAND, Buffer.concat([amf(name), amf(transaction), ...rest]));
  }

  /** Every body fits in one chunk of 128 bytes. */
  #send(type: number, body: Buffer): void {
    this.#socket.write(Buffer.concat([Buffer.of(type === COMMAND ? 3 : 2, 0, 0, 0, 0, 0, body.length, type, 0, 0, 0, 0), body]));
  }
}

type Amf = string | number | Record<string, string>;
const NULL = Buffer.of(5);
const text = (value: string) => Buffer.concat([Buffer.of(0, value.length), Buffer.from(value)]);
const status = (code: string) => amf({ level: 'status', code });

/** AMF0 */
function amf(value: Amf): Buffer {
  if (typeof value === 'string') return Buffer.concat([Buffer.of(2), text(value)]);
  if (typeof value === 'object') {
    const entries = Object.entries(value).flatMap(([key, item]) => [text(key), amf(item)]);
    return Buffer.concat([Buffer.of(3), ...entries, Buffer.of(0, 0, 9)]);
  }
  const bytes = Buffer.of(0, 0, 0, 0, 0, 0, 0, 0, 0);
  bytes.writeDoubleBE(value, 1);
  return bytes;
}
