import { EventEmitter } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Recording, RecordFormat, StreamRef } from '@lianmai/protocol';
import type { RecordingFormat, ResumedFile } from './recordingContract.js';
import { recordingName } from './recordingName.js';
import { RecordingNote, type Resumption } from './recordingNote.js';
import { TornRecordings, type Continuation } from './TornRecordings.js';

export interface CatalogueEvents {
  changed: [Recording];
}

/** A recording that is open again. */
export interface ResumedRecording extends ResumedFile {
  recording: Recording;
}

export interface RecordingFilter {
  app?: string | undefined;
  name?: string | undefined;
  /** Only recordings that began earlier. */
  beforeMs?: number | undefined;
  limit: number;
}

/** The metadata of a recording in progress is touched this often, whether or not media arrives. */
export const TOUCH_EVERY_MS = 2000;
/** A recording whose metadata nobody touched for this long is torn. Eight intervals, because a busy machine runs timers seconds late. */
const QUIET_MS = 8 * TOUCH_EVERY_MS;
/** Files that are read at the same time. */
const OPEN_AT_ONCE = 16;

/** All recordings in a folder: `{app}/{name}/{id}.…`, each with a small JSON file of metadata beside it. The files are the truth, memory is only an index. */
export class Catalogue extends EventEmitter<CatalogueEvents> {
  readonly #dir: string;
  readonly #formats: Readonly<Record<RecordFormat, RecordingFormat>>;
  readonly #byId = new Map<string, Recording>();
  /** The same, sorted, so that a page of a hundred thousand is read without looking at the rest. */
  readonly #oldestFirst: Recording[] = [];
  /** Recordings that another process left open. */
  #torn: TornRecordings | null = null;
  /** Ids of what this process is recording. */
  readonly #living = new Set<string>();
  /** Ids of those whose newest metadata is not on the disk, which may be full. */
  readonly #unsaved = new Set<string>();

  private constructor(dir: string, formats: Readonly<Record<RecordFormat, RecordingFormat>>) {
    super();
    this.#dir = dir;
    this.#formats = formats;
  }

  /** Reads what is there. `repairTorn` then repairs what a crash left open; it may take long, and nobody has to wait for it. */
  static async open(dir: string, formats: Readonly<Record<RecordFormat, RecordingFormat>>, quietMs = QUIET_MS): Promise<Catalogue> {
    await mkdir(dir, { recursive: true, mode: 0o750 });
    const catalogue = new Catalogue(dir, formats);
    const files = noteFiles(dir);
    const torn: RecordingNote[] = [];
    await Promise.all(Array.from({ length: OPEN_AT_ONCE }, () => catalogue.#loadAll(files, torn)));
    catalogue.#oldestFirst.sort(byAge);
    torn.sort((a, b) => byAge(b, a));
    catalogue.#torn = new TornRecordings(torn, quietMs, (note) => catalogue.#notedAtMs(note));
    return catalogue;
  }

  /** Repairs what no stream goes on with. A recording that cannot be repaired is reported to `onError` and does not hold up the rest. */
  async repairTorn(signal: AbortSignal, onError: (error: unknown) => void): Promise<void> {
    await this.#torn?.repairAll(signal, ({ resumption: _, ...recording }) => this.#repair(recording).catch(onError));
  }

  /** Opens the recording that a crash has left of this stream, at its end; null: it begins a new one. */
  async resume(wanted: Continuation): Promise<ResumedRecording | null> {
    const note = await this.#torn?.take(wanted);
    if (!note) return null;
    const { resumption: _, ...recording } = note;
    const opened = await this.#formats[recording.format].resume(this.#baseOf(recording), recording).catch(() => null);
    if (!opened) await this.#repair(recording);
    return opened && { ...opened, recording };
  }

  get(id: string): Recording | undefined {
    return this.#byId.get(id);
  }

  /** Newest first. */
  list({ app, name, beforeMs = Number.POSITIVE_INFINITY, limit }: RecordingFilter): Recording[] {
    const page: Recording[] = [];
    for (let index = this.#oldestFirst.length - 1; index >= 0 && page.length < limit; index--) {
      const one = this.#oldestFirst[index];
      if (one && one.startedAtMs < beforeMs && (app === undefined || one.app === app) && (name === undefined || one.name === name)) page.push(one); // prettier-ignore
    }
    return page;
  }

  /** Newest first. */
  get all(): Recording[] {
    return this.#oldestFirst.toReversed();
  }

  /** The file that people download; for HLS its playlist. */
  pathOf(recording: Recording): string {
    return this.#formats[recording.format].path(this.#baseOf(recording));
  }

  /** Returns the id and path of a new recording. */
  async place({ app, name }: StreamRef, startedAtMs: number): Promise<{ id: string; base: string }> {
    const id = recordingName(startedAtMs);
    const base = path.join(this.#dir, app, name, id);
    await mkdir(path.dirname(base), { recursive: true, mode: 0o750 });
    return { id, base };
  }

  /** `resumption`: how another process may go on with it should this one die; null: it may not. */
  async keep(recording: Recording, resumption: Resumption | null = null): Promise<void> {
    this.#remember(recording);
    if (recording.state === 'recording') this.#living.add(recording.id);
    else this.#living.delete(recording.id);
    this.emit('changed', recording);
    await this.#save(recording, resumption);
  }

  /** Tries again to save the end of recordings that a full disk has not taken: at the next start they would pass for torn ones. */
  async saveEnded(): Promise<void> {
    for (const id of this.#unsaved) {
      const recording = this.#byId.get(id);
      if (recording && !this.#living.has(id)) await this.#save(recording, null).catch(() => undefined);
    }
  }

  /** Tells other processes on the same folder that our recordings live, even while their streams are silent. */
  async touchLiving(): Promise<void> {
    const now = new Date();
    const living = [...this.#living].map((id) => this.#byId.get(id)).filter((one) => one !== undefined);
    // A note that was deleted meanwhile, or a disk that refuses, is the session's business.
    await Promise.all(living.map((one) => utimes(`${this.#baseOf(one)}.json`, now, now).catch(() => undefined)));
  }

  async delete(recording: Recording): Promise<void> {
    this.#forget(recording);
    const base = this.#baseOf(recording);
    for (const part of [...this.#formats[recording.format].parts(base), `${base}.json`]) await rm(part, { recursive: true, force: true });
  }

  async #save(recording: Recording, resumption: Resumption | null): Promise<void> {
    this.#unsaved.add(recording.id);
    const file = `${this.#baseOf(recording)}.json`;
    await writeFile(`${file}.tmp`, JSON.stringify({ ...recording, resumption }), { mode: 0o640 });
    await rename(`${file}.tmp`, file);
    this.#unsaved.delete(recording.id);
  }

  #baseOf({ app, name, id }: Recording): string {
    return path.join(this.#dir, app, name, id);
  }

  async #notedAtMs(recording: Recording): Promise<number> {
    return (await stat(`${this.#baseOf(recording)}.json`).catch(() => null))?.mtimeMs ?? 0;
  }

  #remember(recording: Recording): void {
    const at = this.#placeOf(recording);
    this.#oldestFirst.splice(at, this.#oldestFirst[at]?.id === recording.id ? 1 : 0, recording);
    this.#byId.set(recording.id, recording);
  }

  #forget(recording: Recording): void {
    const at = this.#placeOf(recording);
    if (this.#oldestFirst[at]?.id === recording.id) this.#oldestFirst.splice(at, 1);
    this.#byId.delete(recording.id);
    this.#living.delete(recording.id);
    this.#unsaved.delete(recording.id);
  }

  /** Where the recording is, or belongs. */
  #placeOf(recording: Recording): number {
    let [from, to] = [0, this.#oldestFirst.length];
    while (from < to) {
      const middle = (from + to) >> 1;
      const other = this.#oldestFirst[middle];
      if (other && byAge(other, recording) < 0) from = middle + 1;
      else to = middle;
    }
    return from;
  }

  async #loadAll(files: AsyncIterator<string>, torn: RecordingNote[]): Promise<void> {
    for (let next = await files.next(); next.done !== true; next = await files.next()) await this.#load(next.value, torn);
  }

  async #load(file: string, torn: RecordingNote[]): Promise<void> {
    const parsed = RecordingNote.safeParse(safeJson(await readFile(file, 'utf8').catch(() => '')));
    // Only files at the place their own metadata names: one that was moved here must not be deleted later.
    if (!parsed.success || `${this.#baseOf(parsed.data)}.json` !== file || this.#byId.has(parsed.data.id)) return;
    const { resumption: _, ...recording } = parsed.data;
    this.#byId.set(recording.id, recording);
    this.#oldestFirst.push(recording);
    if (recording.state === 'recording') torn.push(parsed.data);
  }

  async #repair(recording: Recording): Promise<void> {
    const found = await this.#formats[recording.format].repair(this.#baseOf(recording)).catch(() => null);
    if (found) return this.keep({ ...recording, ...found, state: 'complete' });
    const reason = { code: 'INTERNAL' as const, message: 'The process ended before anything was saved.' };
    await this.keep({ ...recording, state: 'failed', reason });
  }
}

const byAge = (a: Recording, b: Recording): number => a.startedAtMs - b.startedAtMs || (a.id < b.id ? -1 : Number(a.id > b.id));

/** Yields `{dir}/{app}/{name}/*.json` without visiting the thousands of segments below. */
async function* noteFiles(dir: string): AsyncGenerator<string, undefined> {
  for (const app of await foldersIn(dir))
    for (const stream of await foldersIn(app))
      for (const file of await readdir(stream)) if (file.endsWith('.json')) yield path.join(stream, file);
  return undefined;
}

const foldersIn = async (dir: string): Promise<string[]> =>
  (await readdir(dir, { withFileTypes: true })).filter((entry) => entry.isDirectory()).map(({ name }) => path.join(dir, name));

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
