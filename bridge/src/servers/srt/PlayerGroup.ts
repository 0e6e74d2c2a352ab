import { MediaRate, PacedQueue, TsPayloads } from '../../media/protocols/srt/index.js';
import { decodeTags, GopBuffer } from '../../hub/stream/index.js';

export interface GroupPlayer {
  send: (payload: Buffer) => void;
  disconnect: () => void;
}

interface GroupMember {
  paced: PacedQueue;
  disconnect: () => void;
  /** Waits for the next key frame, because there was no GOP to start with. */
  isWaiting: boolean;
}

/**
 * Runs in the SRT thread: all players of one stream, which is muxed once. All players share the payload buffers and the buffered last GOP.
 */
export class PlayerGroup {
  readonly #payloads = new TsPayloads();
  readonly #players = new Map<number, GroupMember>();
  /** Of datagram payloads, which have no times of their own: only the bytes limit it. */
  readonly #gop = new GopBuffer<Buffer>(({ length }) => ({ bytes: length, firstMs: 0, lastMs: 0 }));
  readonly #rate = new MediaRate();
  #isEnded = false;

  get isEmpty(): boolean {
    return this.#players.size === 0;
  }

  get isOver(): boolean {
    return this.#isEnded && this.isEmpty;
  }

  get sent(): { id: number; bytes: number }[] {
    return [...this.#players].map(([id, { paced }]) => ({ id, bytes: paced.sentBytes }));
  }

  join(id: number, { send, disconnect }: GroupPlayer, nowUs: number): void {
    const paced = new PacedQueue(send, nowUs);
    for (const payload of this.#gop.items) paced.push(payload);
    this.#players.set(id, { paced, disconnect, isWaiting: this.#gop.isEmpty });
  }

  leave(id: number): void {
    this.#players.delete(id);
  }

  push(bytes: ArrayBuffer, nowUs: number): void {
    const tags = decodeTags(bytes);
    this.#rate.add(tags.findLast((tag) => tag.kind !== 'data' && !tag.isConfig)?.dtsMs, bytes.byteLength);
    for (const { bytes: payload, isEntry } of this.#payloads.push(tags)) {
      this.#gop.push(payload, isEntry ? 'keyFrame' : 'dependent');
      for (const player of this.#players.values()) {
        if (isEntry) player.isWaiting = false;
        if (!player.isWaiting) player.paced.push(payload);
      }
    }
    this.tick(nowUs);
  }

  /** The stream has ended; players disconnect when they have received the rest. */
  end(): void {
    this.#isEnded = true;
  }

  tick(nowUs: number): void {
    for (const { paced, disconnect } of [...this.#players.values()]) {
      paced.drain(this.#rate.bytesPerSecond, nowUs);
      if (paced.isHopeless || (this.#isEnded && paced.queuedBytes === 0)) disconnect();
    }
  }
}
