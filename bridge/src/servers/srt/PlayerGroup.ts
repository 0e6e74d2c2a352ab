import { MediaRate, PacedQueue, TsPayloads } from '../../media/protocols/srt/index.js';
import { decodeTags } from '../../hub/stream/index.js';

const MAX_GROUP_BYTES = 32 * 1024 * 1024;

export interface GroupPlayer {
  send: (payload: Buffer) => void;
  hangUp: () => void;
}

interface GroupMember {
  paced: PacedQueue;
  hangUp: () => void;
  /** Nothing to start with yet: the next key frame will be it. */
  isWaiting: boolean;
}

/** In the thread: all players of one stream. It is muxed once; each payload is one buffer for all of them, and so is the last group of pictures. */
export class PlayerGroup {
  readonly #payloads = new TsPayloads();
  readonly #players = new Map<number, GroupMember>();
  #group: Buffer[] | null = null;
  #groupBytes = 0;
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

  join(id: number, { send, hangUp }: GroupPlayer, nowUs: number): void {
    const paced = new PacedQueue(send, nowUs);
    for (const payload of this.#group ?? []) paced.push(payload);
    this.#players.set(id, { paced, hangUp, isWaiting: this.#group === null });
  }

  leave(id: number): void {
    this.#players.delete(id);
  }

  push(mail: ArrayBuffer, nowUs: number): void {
    const tags = decodeTags(mail);
    this.#rate.add(tags.findLast((tag) => tag.kind !== 'data' && !tag.isConfig)?.dtsMs, mail.byteLength);
    for (const { bytes, isEntry } of this.#payloads.push(tags)) {
      this.#keep(bytes, isEntry);
      for (const player of this.#players.values()) {
        if (isEntry) player.isWaiting = false;
        if (!player.isWaiting) player.paced.push(bytes);
      }
    }
    this.tick(nowUs);
  }

  /** Nothing more will come: players leave when they have got what there is. */
  end(): void {
    this.#isEnded = true;
  }

  tick(nowUs: number): void {
    for (const { paced, hangUp } of [...this.#players.values()]) {
      paced.drain(this.#rate.bytesPerSecond, nowUs);
      if (paced.isHopeless || (this.#isEnded && paced.queuedBytes === 0)) hangUp();
    }
  }

  /** Without a group a new player waits for the next entry. */
  #keep(bytes: Buffer, isEntry: boolean): void {
    if (isEntry) {
      this.#group = [];
      this.#groupBytes = 0;
    }
    this.#group?.push(bytes);
    this.#groupBytes += bytes.length;
    if (this.#groupBytes > MAX_GROUP_BYTES) this.#group = null;
  }
}
