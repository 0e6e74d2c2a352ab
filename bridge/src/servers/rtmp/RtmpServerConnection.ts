import type { Socket } from 'node:net';
import { FormatError } from '../../media/formats/index.js';
import {
  acknowledgement,
  ChunkReader,
  ChunkWriter,
  CLIENT_HELLO_BYTES,
  HANDSHAKE_BYTES,
  pingResponse,
  RTMP,
  serverAnswer,
  setChunkSize,
  setPeerBandwidth,
  splitAggregate,
  USER_CONTROL,
  windowAckSize,
  type RtmpMessage,
} from '../../media/protocols/rtmp/index.js';
import { MAX_CHUNK_STREAMS, MAX_MESSAGE_BYTES } from './rtmpLimits.js';

export interface ConnectionHandlers {
  onHandshaken(): void;
  /**
   * Called for every message except protocol control. Reading pauses while the returned promise is pending; an exception ends the
   * connection.
   */
  onMessage(message: RtmpMessage): Promise<void> | undefined;
  /** Called once; `error` is set when we gave up or the network failed. */
  onClosed(error: unknown): void;
}

/** Nearly every frame fits into one chunk. */
export const CHUNK_BYTES = 60_000;
const WINDOW_BYTES = 5_000_000;
/** Used until the peer sets its own acknowledgement window. */
const DEFAULT_ACK_BYTES = 2_500_000;
const RTMP_VERSION = 3;
const CONTROL = 2;
const COMMANDS = 3;
const LINGER_MS = 2000;
/** Replies that the peer has not read. A peer that keeps sending commands but never reads is disconnected. */
const MAX_UNREAD_REPLY_BYTES = 256 * 1024;

/** The server's end of an RTMP connection: handshake, chunks, protocol control. */
export class RtmpServerConnection {
  readonly socket: Socket;
  readonly #handlers: ConnectionHandlers;
  readonly #reader = new ChunkReader({ maxMessageBytes: MAX_MESSAGE_BYTES.beforePublishing, maxChunkStreams: MAX_CHUNK_STREAMS });
  readonly #writer = new ChunkWriter();
  #handshake: Buffer | null = Buffer.alloc(0);
  #hasSentHandshake = false;
  readonly #inbox: RtmpMessage[] = [];
  #isWorking = false;
  #unreadReplyBytes = 0;
  #bytesRead = 0;
  #bytesAcknowledged = 0;
  #acknowledgeEvery = DEFAULT_ACK_BYTES;
  #error: unknown;
  #isEnding = false;

  constructor(socket: Socket, handlers: ConnectionHandlers) {
    this.socket = socket;
    this.#handlers = handlers;
    socket.on('data', (data) => this.#receive(data));
    socket.on('error', (error) => (this.#error ??= error));
    socket.on('close', () => {
      this.#inbox.length = 0;
      handlers.onClosed(this.#error);
    });
  }

  /** Raises the message size limit, because media is larger than commands. */
  expectMedia(): void {
    this.#reader.maxMessageBytes = MAX_MESSAGE_BYTES.publishing;
  }

  /** Sends the settings that clients expect before the reply to `connect`. */
  sendSettings(): void {
    this.#send([windowAckSize(WINDOW_BYTES), setPeerBandwidth(WINDOW_BYTES), setChunkSize(CHUNK_BYTES)], CONTROL);
    this.#writer.chunkBytes = CHUNK_BYTES;
  }

  sendControl(message: RtmpMessage): void {
    this.#send([message], CONTROL);
  }

  /** Sends all messages with one write. */
  send(...messages: RtmpMessage[]): void {
    this.#send(messages, COMMANDS);
  }

  /** Sends everything queued, then closes. Reads nothing more. */
  end(): void {
    if (this.#isEnding || this.socket.destroyed) return;
    this.#isEnding = true;
    this.#inbox.length = 0;
    const timer = setTimeout(() => this.socket.destroy(), LINGER_MS);
    this.socket.once('close', () => clearTimeout(timer));
    this.socket.end();
    this.socket.resume(); // discard incoming data, because a reset would destroy our last messages
  }

  destroy(error?: unknown): void {
    this.#error ??= error;
    this.#isEnding = true;
    this.socket.destroy();
  }

  #send(messages: readonly RtmpMessage[], chunkStreamId: number): void {
    if (!this.socket.writable) return;
    const pieces: Buffer[] = [];
    for (const message of messages) this.#writer.write(pieces, chunkStreamId, message);
    const bytes = Buffer.concat(pieces);
    this.#unreadReplyBytes += bytes.length;
    if (this.#unreadReplyBytes > MAX_UNREAD_REPLY_BYTES) return this.destroy(new FormatError('RTMP client does not read its replies'));
    this.socket.write(bytes, () => (this.#unreadReplyBytes -= bytes.length));
  }

  #receive(data: Buffer): void {
    if (this.#isEnding) return;
    try {
      const chunks = this.#handshake ? this.#shakeHands(data) : data;
      for (const message of this.#reader.push(chunks)) this.#inbox.push(message);
      this.#acknowledge(data.length);
    } catch (error) {
      return this.destroy(error);
    }
    if (!this.#isWorking) void this.#work();
  }

  /** Returns the bytes after the handshake. C2 is not verified, because a wrong echo does no harm. */
  #shakeHands(data: Buffer): Buffer {
    const bytes = Buffer.concat([this.#handshake ?? Buffer.alloc(0), data]);
    this.#handshake = bytes;
    if (bytes.length > 0 && bytes[0] !== RTMP_VERSION) throw new FormatError('the peer does not speak RTMP');
    if (!this.#hasSentHandshake && bytes.length >= CLIENT_HELLO_BYTES) {
      this.socket.write(serverAnswer(bytes));
      this.#hasSentHandshake = true;
    }
    if (bytes.length < CLIENT_HELLO_BYTES + HANDSHAKE_BYTES) return Buffer.alloc(0);
    this.#handshake = null;
    this.#handlers.onHandshaken();
    return bytes.subarray(CLIENT_HELLO_BYTES + HANDSHAKE_BYTES);
  }

  async #work(): Promise<void> {
    this.#isWorking = true;
    try {
      for (let message = this.#inbox.shift(); message && !this.#isEnding; message = this.#inbox.shift()) {
        const pending = this.#handle(message);
        if (!pending) continue;
        this.socket.pause();
        await pending;
        this.socket.resume();
      }
    } catch (error) {
      this.destroy(error);
    } finally {
      this.#isWorking = false;
    }
  }

  #handle(message: RtmpMessage): Promise<void> | undefined {
    const { typeId, body } = message;
    if (typeId === RTMP.windowAckSize && body.length >= 4) this.#acknowledgeEvery = body.readUInt32BE(0);
    else if (typeId === RTMP.userControl) this.#handleUserControl(body);
    else if (typeId === RTMP.aggregate) this.#inbox.unshift(...splitAggregate(message));
    else if (typeId > RTMP.setPeerBandwidth) return this.#handlers.onMessage(message);
    return undefined;
  }

  #handleUserControl(body: Buffer): void {
    if (body.length >= 6 && body.readUInt16BE(0) === USER_CONTROL.pingRequest) this.sendControl(pingResponse(body.subarray(2, 6)));
  }

  /** Some encoders stop sending without acknowledgements. At most one per read, however small the window. */
  #acknowledge(bytes: number): void {
    this.#bytesRead += bytes;
    if (this.#handshake || this.#bytesRead - this.#bytesAcknowledged < this.#acknowledgeEvery) return;
    this.#bytesAcknowledged = this.#bytesRead;
    this.sendControl(acknowledgement(this.#bytesRead));
  }
}
