import { unpackTags } from '../../stream/index.js';
import { PacedPlayer } from './PacedPlayer.js';
import { TsPayloads } from './TsPayloads.js';

const MAX_GROUP_BYTES = 32 * 1024 * 1024;
/** A player that is behind catches up this much faster than live. */
const PACE = 4;
const MIN_BYTES_PER_SECOND = 1_000_000;
const RATE_WINDOW_MS = 2000;

export interface GroupPlayer {
  send: (payload: Buffer) => void;
  hangUp: () => void;
}

/** In the thread: all players of one stream. It is muxed once; each payload is one buffer for all of them, and so is the last group of pictures. */
export class PlayerGroup {
  readonly #payloads = new TsPayloads();
  readonly #players = new Map<number, { paced: PacedPlayer; hangUp: () => void }>();
  #group: Buffer[] | null = null;
  #groupBytes = 0;
  #rate = { sinceMs: null as number | null, bytes: 0, perSecond: MIN_BYTES_PER_SECOND };
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
    this.#players.set(id, { paced: new PacedPlayer(send, { group: this.#group, nowUs }), hangUp });
  }

  leave(id: number): void {
    this.#players.delete(id);
  }

  push(mail: ArrayBuffer, nowUs: number): void {
    const tags = unpackTags(mail);
    this.#measure(tags.findLast((tag) => tag.kind !== 'data' && !tag.isConfig)?.dtsMs ?? null, mail.byteLength);
    for (const { bytes, isEntry } of this.#payloads.push(tags)) {
      this.#keep(bytes, isEntry);
      for (const { paced } of this.#players.values()) {
        if (isEntry) paced.isWaiting = false;
        if (!paced.isWaiting) paced.push(bytes);
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
      paced.drain(PACE * this.#rate.perSecond, nowUs);
      if (paced.isHopeless || (this.#isEnded && paced.isDrained)) hangUp();
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

  #measure(mediaMs: number | null, bytes: number): void {
    const { sinceMs } = this.#rate;
    this.#rate.bytes += bytes;
    if (mediaMs === null) return;
    if (sinceMs === null || mediaMs < sinceMs) this.#rate = { ...this.#rate, sinceMs: mediaMs, bytes: 0 };
    else if (mediaMs - sinceMs >= RATE_WINDOW_MS) {
      const perSecond = Math.max(MIN_BYTES_PER_SECOND, (this.#rate.bytes * 1000) / (mediaMs - sinceMs));
      this.#rate = { sinceMs: mediaMs, bytes: 0, perSecond };
    }
  }
}
