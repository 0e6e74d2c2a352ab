import { open } from 'node:fs/promises';
import { encodeAmf, flvFileHeader, FlvParser, flvTagParts, makeTag, readFlvBody, FormatError } from '../../media/formats/index.js';
import { FLV } from '../../hub/renditions/index.js';
import type { MediaTag } from '../../hub/stream/index.js';
import type { RecordingFile, RecordingFormat } from '../contract.js';
import { DiskFile, type OpenFile } from '../DiskFile.js';

const FILE_HEADER_BYTES = 13;
const TAG_HEADER_BYTES = 11;
/** AMF0: type byte, then the double. */
const NUMBER_BYTES = 9;

/** onMetaData with the two numbers that are known at the end only; answers where they stand in the body. */
function metadata(): { body: Buffer; durationAt: number; filesizeAt: number } {
  const body = Buffer.concat([encodeAmf('onMetaData'), encodeAmf({ duration: 0, filesize: 0, encoder: 'Lianmai' })]);
  const after = (name: string) => body.indexOf(name) + name.length + NUMBER_BYTES - 8;
  return { body, durationAt: after('duration'), filesizeAt: after('filesize') };
}

class FlvFile implements RecordingFile {
  readonly #file: DiskFile;
  readonly #metadata = metadata();
  #firstMs: number | null = null;
  #lastMs = 0;

  constructor(file: DiskFile) {
    this.#file = file;
  }

  async begin(): Promise<void> {
    const tag = makeTag('data', 0, this.#metadata.body);
    await this.#file.append(Buffer.concat([flvFileHeader({ hasVideo: true, hasAudio: true }), ...flvTagParts(tag, 0)]));
  }

  get bytes(): number {
    return this.#file.bytes;
  }

  get durationMs(): number {
    return this.#lastMs;
  }

  async write(tags: readonly MediaTag[]): Promise<void> {
    const media = tags.filter((tag) => tag.kind !== 'data');
    this.#firstMs ??= media.find((tag) => !tag.isConfig)?.dtsMs ?? null;
    const parts = media.flatMap((tag) => flvTagParts(tag, this.#timeOf(tag)));
    if (parts.length > 0) await this.#file.append(Buffer.concat(parts));
  }

  async close(): Promise<void> {
    await patchMetadata(this.#file, this.#metadata, this.#lastMs);
    await this.#file.close();
  }

  #timeOf(tag: MediaTag): number {
    const atMs = Math.max(0, Math.round(tag.dtsMs - (this.#firstMs ?? tag.dtsMs)));
    if (!tag.isConfig) this.#lastMs = Math.max(this.#lastMs, atMs);
    return atMs;
  }
}

async function patchMetadata(file: Pick<DiskFile, 'patch' | 'bytes'>, at: ReturnType<typeof metadata>, durationMs: number): Promise<void> {
  const numbers = Buffer.alloc(16);
  numbers.writeDoubleBE(durationMs / 1000, 0);
  numbers.writeDoubleBE(file.bytes, 8);
  const from = FILE_HEADER_BYTES + TAG_HEADER_BYTES;
  await file.patch(numbers.subarray(0, 8), from + at.durationAt);
  await file.patch(numbers.subarray(8), from + at.filesizeAt);
}

export const flvFormat = (openFile?: OpenFile): RecordingFormat => ({
  accepts: FLV,
  takesNewConfig: true,
  path: (base) => `${base}.flv`,
  parts: (base) => [`${base}.flv`],
  async create(base) {
    const file = new FlvFile(await DiskFile.create(`${base}.flv`, openFile));
    await file.begin();
    return file;
  },
  recover: (base) => recover(`${base}.flv`),
});

const READ_BYTES = 1 << 20;

/** Everything up to the last whole tag stays; the duration is written where players look for it. */
async function recover(path: string): Promise<{ bytes: number; durationMs: number } | null> {
  const handle = await open(path, 'r+');
  try {
    const { wholeBytes, durationMs } = await scan(handle);
    if (durationMs === null) return null;
    await handle.truncate(wholeBytes);
    const patch = async (data: Buffer, at: number) => void (await handle.write(data, 0, data.length, at));
    await patchMetadata({ bytes: wholeBytes, patch }, metadata(), durationMs);
    return { bytes: wholeBytes, durationMs };
  } finally {
    await handle.close();
  }
}

async function scan(handle: Awaited<ReturnType<typeof open>>): Promise<{ wholeBytes: number; durationMs: number | null }> {
  const parser = new FlvParser();
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let wholeBytes = FILE_HEADER_BYTES;
  let durationMs: number | null = null;
  for (let at = 0; ;) {
    const { bytesRead } = await handle.read(buffer, 0, READ_BYTES, at);
    if (bytesRead === 0) return { wholeBytes, durationMs };
    at += bytesRead;
    try {
      for (const tag of parser.push(Buffer.from(buffer.subarray(0, bytesRead)))) {
        wholeBytes += TAG_HEADER_BYTES + tag.body.length + 4;
        if (readFlvBody(tag)?.isConfig === false) durationMs = Math.max(durationMs ?? 0, tag.dtsMs);
      }
    } catch (error) {
      if (error instanceof FormatError) return { wholeBytes, durationMs };
      throw error;
    }
  }
}
