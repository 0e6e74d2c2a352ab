import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';

/**
 * An input that FFmpeg opens itself, as a `unix:` URL. It is needed for runtime commands, because FFmpeg ignores stdin when any input is a `pipe:`. The
 * folder is private to this user and disappears as soon as FFmpeg has connected.
 */
export class InputSocket extends Writable {
  readonly url: string;
  readonly #folder: string;
  readonly #server: Server;
  #peer: Socket | undefined;
  #waiting: (() => void) | undefined;

  constructor() {
    super();
    this.on('error', () => undefined);
    this.#folder = mkdtempSync(join(tmpdir(), 'lianmai-'));
    const path = join(this.#folder, 'in');
    this.url = `unix:${path}`;
    this.#server = createServer((peer) => this.#connect(peer));
    this.#server.on('error', (error) => this.destroy(error));
    this.#server.listen(path);
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const write = () => this.#peer?.write(chunk, done);
    if (this.#peer) write();
    else this.#waiting = write;
  }

  /** Chunks that were written in one go become one system call. */
  override _writev(chunks: readonly { chunk: Buffer; encoding: BufferEncoding }[], done: (error?: Error | null) => void): void {
    this._write(Buffer.concat(chunks.map(({ chunk }) => chunk)), 'binary', done);
  }

  override _final(done: (error?: Error | null) => void): void {
    if (this.#peer) this.#peer.end(done);
    else done();
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    this.#peer?.destroy();
    this.#stopListening();
    done(error);
  }

  #connect(peer: Socket): void {
    this.#stopListening();
    peer.on('error', (error) => this.destroy(error));
    peer.resume();
    if (this.destroyed) peer.destroy();
    this.#peer = peer;
    this.#waiting?.();
    this.#waiting = undefined;
  }

  #stopListening(): void {
    this.#server.close();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
