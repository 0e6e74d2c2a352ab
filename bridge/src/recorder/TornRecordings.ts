import { delay } from '@lianmai/kit';
import type { RecordFormat, StreamRef } from '@lianmai/protocol';
import { nowMs } from '../runtime/index.js';
import { hasEnded } from './owner.js';
import type { RecordingNote, Resumption } from './recordingNote.js';

/** The part that a stream which has come back must have in common with its torn recording. */
export interface Continuation extends StreamRef, Omit<Resumption, 'owner' | 'graceMs'> {
  format: RecordFormat;
}

interface Watched {
  note: RecordingNote;
  notedAtMs: number;
}

/** Recordings that another process left open: each waits a while for its stream to come back, then it is repaired. */
export class TornRecordings {
  /** Newest first. */
  readonly #waiting: Set<RecordingNote>;
  readonly #notedAtMs: (note: RecordingNote) => Promise<number>;
  readonly #quietMs: number;

  /** `quietMs`: nobody lives who has not touched a note for this long. `notedAtMs`: when somebody touched it last, epoch ms. */
  constructor(newestFirst: readonly RecordingNote[], quietMs: number, notedAtMs: (note: RecordingNote) => Promise<number>) {
    this.#waiting = new Set(newestFirst);
    this.#quietMs = quietMs;
    this.#notedAtMs = notedAtMs;
  }

  /** Takes out the recording that this one goes on with; null if there is none, or its stream comes too late. */
  async take(wanted: Continuation): Promise<RecordingNote | null> {
    for (const note of this.#waiting)
      if (isContinued(note, wanted) && (await this.#isFree(note)) && this.#waiting.delete(note)) return note;
    return null;
  }

  /**
   * Passes them to `repair`, each when its stream can no longer come back. Those of another process that records into the same folder are touched
   * meanwhile, and left alone.
   */
  async repairAll(signal: AbortSignal, repair: (note: RecordingNote) => Promise<void>): Promise<void> {
    const startedAtMs = nowMs();
    const watched = await Promise.all([...this.#waiting].map(async (note) => ({ note, notedAtMs: await this.#notedAtMs(note) })));
    const waits = watched.map((one) => ({ ...one, waitMs: this.#waitMs(one) })).sort((a, b) => a.waitMs - b.waitMs);
    for (const { note, notedAtMs, waitMs } of waits) {
      const leftMs = waitMs - (nowMs() - startedAtMs);
      if (leftMs > 0) await delay(leftMs, signal).catch(() => undefined);
      if (signal.aborted) return;
      const lives = (await this.#notedAtMs(note)) !== notedAtMs;
      if (this.#waiting.delete(note) && !lives) await repair(note);
    }
  }

  async #isFree(note: RecordingNote): Promise<boolean> {
    const ageMs = Date.now() - (await this.#notedAtMs(note));
    const isDead = hasEnded(note.resumption?.owner ?? '') || ageMs > this.#quietMs;
    return isDead && ageMs <= this.#limitMs(note);
  }

  #waitMs({ note, notedAtMs }: Watched): number {
    const limitMs = this.#limitMs(note);
    return Math.min(limitMs, Math.max(0, notedAtMs + limitMs - Date.now()));
  }

  /** A dead process is given time for its successor, and that one's streams have the time that they always have. */
  #limitMs({ resumption }: RecordingNote): number {
    return this.#quietMs + (resumption?.graceMs ?? 0);
  }
}

function isContinued({ app, name, format, resumption }: RecordingNote, wanted: Continuation): boolean {
  return (
    resumption !== null &&
    app === wanted.app &&
    name === wanted.name &&
    format === wanted.format &&
    resumption.broadcastId === wanted.broadcastId &&
    resumption.segmentSeconds === wanted.segmentSeconds &&
    resumption.configs === wanted.configs
  );
}
