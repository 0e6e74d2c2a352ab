import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import { readFile } from 'node:fs/promises';
import { freePorts, RtmpListener, until } from '../support/index.js';

/** The first video message of every RTMP session (FLV E.4.3): key frame, AVC, sequence header, composition time 0. */
const SEQUENCE_HEADER = Buffer.from([0x17, 0, 0, 0, 0]);

/** An RTMP server with one URL, for which FFmpeg records one session after another. Notes when the first video of a session passes. */
export class Destination {
  readonly url: string;
  readonly #server: Server;
  #listener: RtmpListener | null = null;
  #target = 0;
  #firstVideo = Promise.resolve(0);
  #onFirstVideo: (atMs: number) => void = () => undefined;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `rtmp://127.0.0.1:${(server.address() as AddressInfo).port}/live/test`;
    server.on('connection', (client) => {
      const upstream = connect(this.#target, '127.0.0.1');
      const seen = this.#onFirstVideo;
      let tail = Buffer.alloc(0);
      client.on('data', (chunk) => {
        const window = Buffer.concat([tail, chunk]);
        if (window.includes(SEQUENCE_HEADER)) seen(performance.now());
        tail = window.subarray(-SEQUENCE_HEADER.length);
      });
      client.pipe(upstream).pipe(client);
      client.on('error', () => upstream.destroy());
      upstream.on('error', () => client.destroy());
    });
  }

  static async open(): Promise<Destination> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new Destination(server);
  }

  /** Records the next session to `file`. Resolves when FFmpeg listens: if it were not up yet, a retry would distort the figure. */
  async listen(file: string): Promise<void> {
    const port = await freePorts();
    const listener = new RtmpListener(port, file);
    this.#listener = listener;
    await until('the RTMP listener is up', () => isListening(port));
    this.#target = port;
    this.#firstVideo = new Promise((resolve) => (this.#onFirstVideo = resolve));
  }

  /** When the first video of that session passed, on the clock of `performance.now`, ms. */
  firstVideo(): Promise<number> {
    return this.#firstVideo;
  }

  async close(): Promise<void> {
    this.#server.close();
    await this.#listener?.kill();
  }
}

/** Reads the kernel's table, because a test connection would use up FFmpeg's only accept. */
async function isListening(port: number): Promise<boolean> {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, '0')} 00000000:0000 0A`;
  return (await readFile('/proc/net/tcp', 'utf8')).includes(wanted);
}
