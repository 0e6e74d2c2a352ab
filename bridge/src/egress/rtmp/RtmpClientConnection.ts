import type { Socket } from 'node:net';
import { LianmaiError } from '@lianmai/protocol';
import { decodeAmf, type AmfValue } from '../../media/formats/index.js';
import {
  acknowledgement,
  ChunkReader,
  ChunkWriter,
  clientAnswer,
  clientHello,
  command,
  HANDSHAKE_BYTES,
  pingResponse,
  RTMP,
  SERVER_HANDSHAKE_BYTES,
  setChunkSize,
  USER_CONTROL,
  windowAckSize,
  type RtmpMessage,
} from '../../media/protocols/rtmp/index.js';
import { readStatus, rejectionOf, type RtmpStatus } from './rejections.js';
import { ReadReceipts } from './ReadReceipts.js';
import { unacknowledgedBytes } from './tcpBacklog.js';

/** Commands and their replies are short, and servers send us no media. */
const LIMITS = { maxMessageBytes: 256 * 1024, maxChunkStreams: 64 };
/** The value OBS uses; every server knows it. */
const CHUNK_BYTES = 4096;
/** How often a server shall tell what it has read: about every second. */
const WINDOW_BYTES = 250_000;
const COMMANDS = 3;

/**
 * The client's end of an RTMP connection: handshake, chunks, protocol control, commands and their replies. `lost` aborts with a LianmaiError when the
 * connection can no longer be used.
 */
export class RtmpClientConnection {
  /** Called with the status of a message stream (onStatus). */
  onStatus: (status: RtmpStatus) => void = () => undefined;
  readonly #socket: Socket;
  readonly #lost = new AbortController();
  readonly #reader = new ChunkReader(LIMITS);
  readonly #writer = new ChunkWriter();
  readonly #answers = new Map<number, { resolve: (args: AmfValue[]) => void; reject: (error: unknown) => void }>();
  readonly #receipts = new ReadReceipts();
  #transaction = 0;
  #handshake: Buffer | null = Buffer.alloc(0);
  #hasAnswered = false;
  #onHandshaken: () => void = () => undefined;
  #bytesWritten = 0;
  #bytesSent = 0;
  /** Bytes still queued when the connection was cut off. */
  #bytesLost = 0;
  #bytesRead = 0;
  #bytesAcknowledged = 0;
  #windowBytes = Infinity;

  constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('data', (data) => this.#receive(data));
    socket.on('error', (error) => this.abort(closed(undefined, error)));
    socket.on('close', () => this.abort(closed()));
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  /** Bytes the peer has taken; never decreases. */
  get bytesSent(): number {
    this.#bytesSent = Math.max(this.#bytesSent, this.#bytesWritten - this.queuedBytes);
    return this.#bytesSent;
  }

  /** Bytes that wait here, in the kernel or on the way. */
  get queuedBytes(): number {
    return this.#socket.destroyed ? this.#bytesLost : this.#socket.writableLength + unacknowledgedBytes(this.#socket);
  }

  get receipts(): { count: number; overdueBytes: number } {
    return { count: this.#receipts.count, overdueBytes: this.#receipts.overdueBytes(this.#bytesWritten) };
  }

  async handshake(): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      this.#onHandshaken = resolve;
      this.lost.addEventListener('abort', () => reject(this.lost.reason), { once: true });
      this.#write([clientHello()]);
    });
    this.send([windowAckSize(WINDOW_BYTES), setChunkSize(CHUNK_BYTES)], 2);
    this.#writer.chunkBytes = CHUNK_BYTES;
  }

  /** Sends a command and waits for its `_result`; rejects on `_error`. */
  call(name: string, ...args: AmfValue[]): Promise<AmfValue[]> {
    const transaction = this.tell(0, name, ...args);
    return new Promise((resolve, reject) => {
      if (this.lost.aborted) reject(this.lost.reason);
      this.#answers.set(transaction, { resolve, reject });
    });
  }

  /** Sends a command whose reply does not matter. Returns its transaction id. */
  tell(streamId: number, name: string, ...args: AmfValue[]): number {
    const transaction = ++this.#transaction;
    this.send([command(streamId, name, transaction, ...args)], COMMANDS);
    return transaction;
  }

  send(messages: Iterable<RtmpMessage>, chunkStreamId: number): void {
    const pieces: Buffer[] = [];
    for (const message of messages) this.#writer.write(pieces, chunkStreamId, message);
    this.#write(pieces);
  }

  /** Sends many messages, each on its own chunk stream, in one write. */
  sendMerged(messages: Iterable<readonly [chunkStreamId: number, message: RtmpMessage]>): void {
    const pieces: Buffer[] = [];
    for (const [chunkStreamId, message] of messages) this.#writer.write(pieces, chunkStreamId, message);
    this.#write(pieces);
  }

  /** Resolves when the kernel takes more, which may be at once. */
  async drained(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (!this.#socket.writableNeedDrain) return;
    await new Promise<void>((resolve, reject) => {
      const onDrain = () => {
        signal.removeEventListener('abort', onAbort);
        resolve();
      };
      const onAbort = () => {
        this.#socket.removeListener('drain', onDrain);
        reject(signal.reason);
      };
      this.#socket.once('drain', onDrain);
      signal.addEventListener('abort', onAbort, { once: true });
    });
  }

  /** Sends what is queued, then closes; cuts the connection off after `withinMs`. */
  async end(withinMs: number): Promise<void> {
    if (this.#socket.destroyed) return;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(() => this.#cutOff(), withinMs);
      this.#socket.once('close', () => {
        clearTimeout(timer);
        resolve();
      });
      this.#socket.end();
    });
  }

  abort(reason: LianmaiError): void {
    if (this.lost.aborted) return;
    this.#lost.abort(reason);
    for (const { reject } of this.#answers.values()) reject(reason);
    this.#answers.clear();
    this.#cutOff();
  }

  #cutOff(): void {
    if (this.#socket.destroyed) return;
    this.#bytesLost = this.queuedBytes;
    this.#socket.destroy();
  }

  #write(pieces: readonly Buffer[]): void {
    if (!this.#socket.writable) return;
    this.#socket.cork();
    for (const piece of pieces) {
      this.#bytesWritten += piece.length;
      this.#socket.write(piece);
    }
    this.#socket.uncork();
  }

  #receive(data: Buffer): void {
    try {
      const chunks = this.#handshake ? this.#shakeHands(data) : data;
      for (const message of this.#reader.push(chunks)) this.#handle(message);
      this.#acknowledge(data.length);
    } catch (error) {
      this.abort(closed('The destination does not speak RTMP correctly.', error));
    }
  }

  /** Returns the bytes that follow the handshake. */
  #shakeHands(data: Buffer): Buffer {
    const bytes = (this.#handshake = Buffer.concat([this.#handshake ?? Buffer.alloc(0), data]));
    if (!this.#hasAnswered && bytes.length > HANDSHAKE_BYTES) {
      this.#write([clientAnswer(bytes)]);
      this.#hasAnswered = true;
    }
    if (bytes.length < SERVER_HANDSHAKE_BYTES) return Buffer.alloc(0);
    this.#handshake = null;
    this.#onHandshaken();
    return bytes.subarray(SERVER_HANDSHAKE_BYTES);
  }

  #handle({ typeId, body }: RtmpMessage): void {
    if (typeId === RTMP.windowAckSize && body.length >= 4) this.#windowBytes = body.readUInt32BE(0);
    else if (typeId === RTMP.acknowledgement) this.#receipts.add(this.#bytesWritten);
    else if (typeId === RTMP.setPeerBandwidth) this.send([windowAckSize(WINDOW_BYTES)], 2);
    else if (typeId === RTMP.userControl) this.#handleUserControl(body);
    else if (typeId === RTMP.command) this.#handleCommand(decodeAmf(body));
    else if (typeId === RTMP.commandAmf3) this.#handleCommand(decodeAmf(body.subarray(1)));
  }

  #handleUserControl(body: Buffer): void {
    if (body.length >= 6 && body.readUInt16BE(0) === USER_CONTROL.pingRequest) this.send([pingResponse(body.subarray(2))], 2);
  }

  #handleCommand([name, transaction, , argument, ...more]: AmfValue[]): void {
    if (name === 'onStatus') return this.onStatus(readStatus(argument));
    if (name === 'close') return this.abort(closed());
    if (typeof transaction !== 'number') return;
    const waiting = this.#answers.get(transaction);
    if (!waiting) return;
    if (name !== '_result' && name !== '_error') return;
    this.#answers.delete(transaction);
    if (name === '_result') waiting.resolve([argument, ...more]);
    else waiting.reject(rejectionOf(readStatus(argument)));
  }

  /** A server that set an acknowledgement window stops reading unless its bytes are acknowledged. */
  #acknowledge(bytes: number): void {
    this.#bytesRead += bytes;
    if (this.#bytesRead - this.#bytesAcknowledged < this.#windowBytes) return;
    this.#bytesAcknowledged = this.#bytesRead;
    this.send([acknowledgement(this.#bytesRead)], 2);
  }
}

const closed = (message?: string, cause?: unknown) =>
  new LianmaiError('DESTINATION_CLOSED', undefined, { ...(message !== undefined && { message }), cause });
