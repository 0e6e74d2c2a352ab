import { createHmac, randomBytes } from 'node:crypto';

/** Playlists of a signed stream carry a new key this often. A key is accepted for one more period, so media URLs end 30 to 60 s after their playlist. */
export const MEDIA_KEY_MS = 30_000;

/**
 * The keys in the media URLs of a signed stream. Only playlists reveal them, and only to viewers whom the gate has admitted: whoever is kicked or loses the
 * session cannot follow the stream by counting on from the last URL. All viewers get the same key, so caches still serve them all.
 * Times are of the monotonic clock, ms.
 */
export class MediaKeys {
  readonly #secret = randomBytes(32);
  /** Players of an ended broadcast load no more playlists, so the last key stays. */
  #last: string | null = null;

  at(atMs: number): string {
    return this.#last ?? this.#keyOf(periodOf(atMs));
  }

  accepts(key: string | null, atMs: number): boolean {
    const period = periodOf(atMs);
    return key !== null && (key === this.#last || key === this.#keyOf(period) || key === this.#keyOf(period - 1));
  }

  /** Call when the broadcast has ended. */
  stop(): void {
    this.#last ??= randomBytes(12).toString('base64url');
  }

  /** Call when the next broadcast starts. */
  resume(): void {
    this.#last = null;
  }

  #keyOf(period: number): string {
    return createHmac('sha256', this.#secret).update(String(period)).digest('base64url').slice(0, 16);
  }
}

const periodOf = (atMs: number): number => Math.floor(atMs / MEDIA_KEY_MS);
