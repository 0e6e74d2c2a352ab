import { EventEmitter } from 'node:events';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Recording, type RecordFormat, type StreamRef } from '@lianmai/protocol';
import type { RecordingFormat } from './contract.js';

export interface CatalogueEvents {
  changed: [Recording];
}

export interface RecordingFilter {
  app?: string | undefined;
  name?: string | undefined;
  /** Only those that began before. */
  beforeMs?: number | undefined;
  limit: number;
}

/** All recordings of a folder: `{app}/{name}/{id}.…` with a small JSON beside each, which is the truth; memory is its index. */
export class Catalogue extends EventEmitter<CatalogueEvents> {
  readonly #dir: string;
  readonly #formats: Readonly<Record<RecordFormat, RecordingFormat>>;
  readonly #byId = new Map<string, Recording>();

  private constructor(dir: string, formats: Readonly<Record<RecordFormat, RecordingFormat>>) {
    super();
    this.#dir = dir;
    this.#formats = formats;
  }

  /** Reads what is there. Recordings that a crash left open are put right, one after another, before it resolves. */
  static async open(dir: string, formats: Readonly<Record<RecordFormat, RecordingFormat>>): Promise<Catalogue> {
    await mkdir(dir, { recursive: true, mode: 0o750 });
    const catalogue = new Catalogue(dir, formats);
    for (const entry of await readdir(dir, { recursive: true, withFileTypes: true })) {
      if (entry.isFile() && entry.name.endsWith('.json')) await catalogue.#load(path.join(entry.parentPath, entry.name));
    }
    for (const recording of catalogue.#byId.values()) if (recording.state === 'recording') await catalogue.#recover(recording);
    return catalogue;
  }

  get(id: string): Recording | undefined {
    return this.#byId.get(id);
  }

  /** Newest first. */
  list({ app, name, beforeMs = Number.POSITIVE_INFINITY, limit }: RecordingFilter): Recording[] {
    return this.all
      .filter((one) => (app === undefined || one.app === app) && (name === undefined || one.name === name) && one.startedAtMs < beforeMs)
      .slice(0, limit);
  }

  get all(): Recording[] {
    return [...this.#byId.values()].sort((a, b) => b.startedAtMs - a.startedAtMs || b.id.localeCompare(a.id));
  }

  /** The file that people get: for HLS its playlist. */
  pathOf(recording: Recording): string {
    return this.#formats[recording.format].path(this.#baseOf(recording));
  }

  /** Room for a new recording: names sort by time and never meet again. */
  async place({ app, name }: StreamRef, startedAtMs: number): Promise<{ id: string; base: string }> {
    const stamp = new Date(startedAtMs).toISOString().replace(/[-:]|\.\d+/g, '');
    const id = `${stamp}-${Math.random().toString(36).slice(2, 8).padEnd(6, '0')}`;
    const base = path.join(this.#dir, app, name, id);
    await mkdir(path.dirname(base), { recursive: true, mode: 0o750 });
    return { id, base };
  }

  async keep(recording: Recording): Promise<void> {
    this.#byId.set(recording.id, recording);
    this.emit('changed', recording);
    const file = `${this.#baseOf(recording)}.json`;
    await writeFile(`${file}.tmp`, JSON.stringify(recording), { mode: 0o640 });
    await rename(`${file}.tmp`, file);
  }

  async delete(recording: Recording): Promise<void> {
    this.#byId.delete(recording.id);
    const base = this.#baseOf(recording);
    for (const part of [...this.#formats[recording.format].parts(base), `${base}.json`]) await rm(part, { recursive: true, force: true });
  }

  #baseOf({ app, name, id }: Recording): string {
    return path.join(this.#dir, app, name, id);
  }

  async #load(file: string): Promise<void> {
    const text = await readFile(file, 'utf8');
    const parsed = Recording.safeParse(safeJson(text));
    // Only what lies where its own words say: a file that was moved here is not ours to delete later.
    if (parsed.success && `${this.#baseOf(parsed.data)}.json` === file) this.#byId.set(parsed.data.id, parsed.data);
  }

  async #recover(recording: Recording): Promise<void> {
    const found = await this.#formats[recording.format].recover(this.#baseOf(recording)).catch(() => null);
    if (found) return this.keep({ ...recording, ...found, state: 'complete' });
    const reason = { code: 'INTERNAL' as const, message: 'The process ended before anything could be saved.' };
    await this.keep({ ...recording, state: 'failed', reason });
  }
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
