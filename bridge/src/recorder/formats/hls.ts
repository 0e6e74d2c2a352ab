import { mkdir, readFile, rename, stat, truncate, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { readTimescales, scanFragments } from '../../media/formats/index.js';
import { MP4 } from '../../hub/renditions/index.js';
import type { MediaTag } from '../../hub/stream/index.js';
import type { RecordingFile, RecordingFormat } from '../contract.js';
import { DiskFile, type OpenFile } from '../DiskFile.js';
import { FragmentBuilder } from '../FragmentBuilder.js';
import { readingMp4 } from './readMp4File.js';

const SEGMENT_MS = 6000;
/** Of segments whose publisher sends no key frames; the head of a growing playlist cannot be changed later. */
const MAX_TARGET_SECONDS = 13;

interface Listed {
  name: string;
  durationMs: number;
}

const playlistHead = (targetSeconds: number, type: 'EVENT' | 'VOD') =>
  `#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-TARGETDURATION:${targetSeconds}\n#EXT-X-PLAYLIST-TYPE:${type}\n#EXT-X-MAP:URI="init.mp4"\n`;
const entry = ({ name, durationMs }: Listed) => `#EXTINF:${(durationMs / 1000).toFixed(3)},\n${name}\n`;
const vod = (segments: readonly Listed[]) =>
  `${playlistHead(Math.max(1, ...segments.map(({ durationMs }) => Math.round(durationMs / 1000))), 'VOD')}${segments.map(entry).join('')}#EXT-X-ENDLIST\n`;

type Step = { kind: 'begin'; init: Buffer } | { kind: 'part'; bytes: Buffer; durationMs: number } | { kind: 'end' };

/** A folder with a playlist: `index.m3u8`, `init.mp4`, `1.m4s`, ... Segments grow fragment by fragment. */
class HlsFolder implements RecordingFile {
  readonly #dir: string;
  readonly #openFile: OpenFile | undefined;
  readonly #playlist: DiskFile;
  readonly #feed: FragmentBuilder;
  readonly #segments: Listed[] = [];
  #steps: Step[] = [];
  #segment: { file: DiskFile; listed: Listed } | null = null;
  #bytes = 0;

  constructor(dir: string, playlist: DiskFile, openFile: OpenFile | undefined) {
    this.#dir = dir;
    this.#playlist = playlist;
    this.#openFile = openFile;
    this.#feed = new FragmentBuilder(SEGMENT_MS, {
      onBegin: (init) => this.#steps.push({ kind: 'begin', init }),
      onPart: (bytes, durationMs) => this.#steps.push({ kind: 'part', bytes, durationMs }),
      onEnd: () => this.#steps.push({ kind: 'end' }),
    });
  }

  get bytes(): number {
    return this.#bytes;
  }

  get durationMs(): number {
    return Math.round(this.#feed.durationMs);
  }

  async write(tags: readonly MediaTag[]): Promise<void> {
    this.#feed.push(tags);
    await this.#flush();
  }

  async close(): Promise<void> {
    this.#feed.flush();
    await this.#flush();
    await this.#end();
    await this.#playlist.close();
    await replacePlaylist(this.#dir, this.#segments);
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
      await file.append(init);
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
    await this.#playlist.append(Buffer.from(entry(segment.listed)));
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
    await playlist.append(Buffer.from(playlistHead(MAX_TARGET_SECONDS, 'EVENT')));
    return new HlsFolder(base, playlist, openFile);
  },
  recover,
});

/** At once or not at all: half a list would lose the other half of the segments. */
async function replacePlaylist(dir: string, segments: readonly Listed[]): Promise<void> {
  const file = path.join(dir, 'index.m3u8');
  await writeFile(`${file}.tmp`, vod(segments), { mode: 0o640 });
  await rename(`${file}.tmp`, file);
}

/** The segment that was being written is listed as far as it is whole. */
async function recover(base: string): Promise<{ bytes: number; durationMs: number } | null> {
  const text = await readFile(path.join(base, 'index.m3u8'), 'utf8');
  const segments = [...text.matchAll(/#EXTINF:([\d.]+),\n(\d+\.m4s)\n/g)].map(([, seconds = '0', name = '']): Listed => ({
    name,
    durationMs: Number(seconds) * 1000,
  }));
  const init = path.join(base, 'init.mp4');
  const timescales = await readingMp4(init, (_file, movie) => Promise.resolve(readTimescales(movie ?? Buffer.alloc(0))));
  const name = `${segments.length + 1}.m4s`;
  const torn = await readingMp4(path.join(base, name), (file) => scanFragments(file, timescales)).catch(() => null);
  if (torn) {
    await truncate(path.join(base, name), torn.wholeBytes);
    if (torn.durationMs > 0) segments.push({ name, durationMs: torn.durationMs });
  }
  if (segments.length === 0) return null;
  await replacePlaylist(base, segments);
  let { size: bytes } = await stat(init);
  for (const segment of segments) bytes += (await stat(path.join(base, segment.name))).size;
  return { bytes, durationMs: Math.round(segments.reduce((sum, { durationMs }) => sum + durationMs, 0)) };
}
