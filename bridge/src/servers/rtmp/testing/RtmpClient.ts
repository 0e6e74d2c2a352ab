import { connect, type Socket } from 'node:net';
import { decodeAmf, type AmfObject, type AmfValue } from '../../../media/formats/index.js';
import {
  ChunkReader,
  ChunkWriter,
  clientAnswer,
  clientHello,
  command,
  HANDSHAKE_BYTES,
  RTMP,
  SERVER_HANDSHAKE_BYTES,
  type RtmpMessage,
} from '../../../media/protocols/rtmp/index.js';

/** A client that sends exactly what a test wants, and keeps every message it receives. */
export class RtmpClient {
  readonly socket: Socket;
  readonly messages: RtmpMessage[] = [];
  readonly #writer = new ChunkWriter();
  readonly #reader = new ChunkReader({ maxMessageBytes: 16 * 1024 * 1024, maxChunkStreams: 64 });
  #received = Buffer.alloc(0);
  #isHandshaken = false;
  #watchers = new Set<() => void>();
  isClosed = false;

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (data) => this.#receive(data));
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.isClosed = true;
      this.#notifyWatchers();
    });
  }

  static async open(port: number): Promise<RtmpClient> {
    const client = new RtmpClient(connect({ port, host: '127.0.0.1', noDelay: true }));
    client.socket.write(clientHello());
    await client.until(() => client.#isHandshaken || client.isClosed);
    return client;
  }

  /** Connects, up to the reply to createStream. */
  static async connect(port: number, connectObject: AmfObject): Promise<RtmpClient> {
    const client = await RtmpClient.open(port);
    client.call('connect', 1, connectObject);
    client.call('createStream', 2, null);
    await client.until(() => client.calls('_result').length >= 2 || client.isClosed);
    return client;
  }

  static async publish(port: number, app: string, name: string): Promise<RtmpClient> {
    const client = await RtmpClient.connect(port, { app, tcUrl: `rtmp://127.0.0.1/${app}` });
    client.call('publish', 3, null, name, 'live');
    await client.until(() => client.statuses.length > 0 || client.isClosed);
    return client;
  }

  static async play(port: number, app: string, name: string, connectObject: AmfObject = {}): Promise<RtmpClient> {
    const client = await RtmpClient.connect(port, { app, tcUrl: `rtmp://127.0.0.1/${app}`, ...connectObject });
    client.call('play', 3, null, name);
    await client.until(() => client.statuses.length > 0 || client.isClosed);
    return client;
  }

  call(name: string, transaction: number, ...args: AmfValue[]): void {
    this.send(command(0, name, transaction, ...args), 3);
  }

  send(message: RtmpMessage, chunkStreamId = 6): void {
    const pieces: Buffer[] = [];
    this.#writer.write(pieces, chunkStreamId, message);
    this.socket.write(Buffer.concat(pieces));
  }

  video(timestampMs: number, body: readonly number[] | Buffer): void {
    this.send({ typeId: RTMP.video, streamId: 1, timestampMs, body: Buffer.from(body) }, 6);
  }

  audio(timestampMs: number, body: readonly number[] | Buffer): void {
    this.send({ typeId: RTMP.audio, streamId: 1, timestampMs, body: Buffer.from(body) }, 4);
  }

  /** Returns the arguments of all received commands of this name. */
  calls(name: string): AmfValue[][] {
    return this.messages
      .filter(({ typeId }) => typeId === RTMP.command)
      .map(({ body }) => decodeAmf(body))
      .filter(([called]) => called === name);
  }

  get statuses(): { level: string; code: string; description: string }[] {
    return this.calls('onStatus').map((call) => call[3] as unknown as { level: string; code: string; description: string });
  }

  get codes(): string[] {
    return this.statuses.map(({ code }) => code);
  }

  media(typeId: number): RtmpMessage[] {
    return this.messages.filter((message) => message.typeId === typeId);
  }

  until(isTrue: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        if (!isTrue()) return;
        this.#watchers.delete(look);
        resolve();
      };
      this.#watchers.add(look);
      look();
    });
  }

  get closed(): Promise<void> {
    return this.until(() => this.isClosed);
  }

  close(): void {
    this.socket.destroy();
  }

  #receive(data: Buffer): void {
    let bytes = data;
    if (!this.#isHandshaken) {
      this.#received = Buffer.concat([this.#received, data]);
      if (this.#received.length < SERVER_HANDSHAKE_BYTES) return;
      this.socket.write(clientAnswer(this.#received.subarray(0, 1 + HANDSHAKE_BYTES)));
      bytes = this.#received.subarray(SERVER_HANDSHAKE_BYTES);
      this.#isHandshaken = true;
    }
    this.messages.push(...this.#reader.push(bytes));
    this.#notifyWatchers();
  }

  #notifyWatchers(): void {
    for (const look of [...this.#watchers]) look();
  }
}
