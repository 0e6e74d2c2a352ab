import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { MP4 } from '../../hub/renditions/index.js';
import type { MediaTag } from '../../hub/stream/index.js';
import type { RecordingFile, RecordingFormat } from '../recordingContract.js';
import { DiskFile, type OpenFile } from '../DiskFile.js';
import { Mp4FragmentBuilder, type EarlierFragments, type Mp4FragmentEvents } from '../Mp4FragmentBuilder.js';
import { complete, growing, playlistEntry, replacePlaylist, type ListedSegment } from './hlsPlaylist.js';
import { reopenHls, repairHls } from './repairHls.js';

const SEGMENT_MS = 6000;

interface HlsFolderOptions {
  dir: string;
  playlist: DiskFile;
  openFile: OpenFile | undefined;
  /** Segments that are there already. */
  earlier?: EarlierFragments & { segments: ListedSegment[]; bytes: number };
}

type Step = { kind: 'begin'; init: Buffer } | { kind: 'part'; bytes: Buffer; durationMs: number } | { kind: 'end' };

/** A folder with a playlist: `index.m3u8`, `init.mp4`, `1.m4s`, ... Segments grow fragment by fragment. */
class HlsFolder implements RecordingFile {
  readonly #dir: string;
  readonly #openFile: OpenFile | undefined;
  readonly #playlist: DiskFile;
  readonly #fragments: Mp4FragmentBuilder;
  readonly #segments: ListedSegment[];
  #steps: Step[] = [];
  #segment: { file: DiskFile; listed: ListedSegment } | null = null;
  #bytes: number;

  constructor({ dir, playlist, openFile, earlier }: HlsFolderOptions) {
    this.#dir = dir;
    this.#playlist = playlist;
    this.#openFile = openFile;
    this.#segments = earlier?.segments ?? [];
    this.#bytes = earlier?.bytes ?? 0;
    const events: Mp4FragmentEvents = {
      onBegin: (init) => this.#steps.push({ kind: 'begin', init }),
      onPart: (bytes, durationMs) => this.#steps.push({ kind: 'part', bytes, durationMs }),
      onEnd: () => this.#steps.push({ kind: 'end' }),
    };
    this.#fragments = new Mp4FragmentBuilder(SEGMENT_MS, events, earlier);
  }

  get bytes(): number {
    return this.#bytes;
  }

  get durationMs(): number {
    return Math.round(this.#fragments.durationMs);
  }

  async write(tags: readonly MediaTag[]): Promise<void> {
    this.#fragments.push(tags);
    await this.#flush();
  }

  async close(): Promise<void> {
    this.#fragments.flush();
    try {
      await this.#flush();
      await this.#end();
    } finally {
      await this.#segment?.file.close();
      await this.#playlist.close();
    }
    await replacePlaylist(this.#dir, complete(this.#segments));
  }

  async #flush(): Promise<void> {
    const steps = this.#steps;
    this.#steps = [];
    for (const step of steps) {
      if (step.kind === 'begin') await this.#begin(step.init);
      else if (step.kind === 'end') await this.#end();
      else await this.#add(step.bytes, step.durationMs);
    }
  }

  async #begin(init: Buffer): Promise<void> {
    if (this.#segments.length === 0 && this.#bytes === 0) {
      const file = await DiskFile.create(path.join(this.#dir, 'init.mp4'), this.#openFile);
      await file.closeUnless(file.append(init));
      await file.close();
      this.#bytes += init.length;
    }
    const name = `${this.#segments.length + 1}.m4s`;
    this.#segment = { file: await DiskFile.create(path.join(this.#dir, name), this.#openFile), listed: { name, durationMs: 0 } };
  }

  async #add(bytes: Buffer, durationMs: number): Promise<void> {
    if (!this.#segment) return;
    await this.#segment.file.append(bytes);
    this.#segment.listed.durationMs += durationMs;
    this.#bytes += bytes.length;
  }

  async #end(): Promise<void> {
    const segment = this.#segment;
    this.#segment = null;
    if (!segment) return;
    await segment.file.close();
    if (segment.listed.durationMs === 0) return;
    this.#segments.push(segment.listed);
    await this.#playlist.append(Buffer.from(playlistEntry(segment.listed)));
  }
}

export const hlsFormat = (openFile?: OpenFile): RecordingFormat => ({
  accepts: MP4,
  takesNewConfig: false,
  path: (base) => path.join(base, 'index.m3u8'),
  parts: (base) => [base],
  async create(base) {
    await mkdir(base, { mode: 0o750 });
    const playlist = await DiskFile.create(path.join(base, 'index.m3u8'), openFile);
    await playlist.closeUnless(playlist.append(Buffer.from(growing([]))));
    return new HlsFolder({ dir: base, playlist, openFile });
  },
  repair: repairHls,
  async resume(dir) {
    const earlier = await reopenHls(dir);
    if (!earlier) return null;
    const listed = growing(earlier.segments);
    await replacePlaylist(dir, listed);
    const playlist = await DiskFile.reopen(path.join(dir, 'index.m3u8'), Buffer.byteLength(listed), openFile);
    return { file: new HlsFolder({ dir, playlist, openFile, earlier }), endMs: earlier.endMs, lastWriteAtMs: earlier.lastWriteAtMs };
  },
});
