import { open } from 'node:fs/promises';
import { FlvParser, FormatError, readFlvBody } from '../../media/formats/index.js';
import type { RepairedFile } from '../recordingContract.js';
import { buildFlvMetadata, FILE_HEADER_BYTES, patchFlvMetadata, TAG_HEADER_BYTES } from './flvMetadata.js';

const READ_BYTES = 1 << 20;

/** Keeps everything up to the last whole tag and writes the duration where players look for it. */
export async function repairFlv(path: string): Promise<RepairedFile | null> {
  const handle = await open(path, 'r+');
  try {
    const { wholeBytes, durationMs } = await scan(handle);
    if (durationMs === null) return null;
    await handle.truncate(wholeBytes);
    const patch = async (data: Buffer, at: number) => void (await handle.write(data, 0, data.length, at));
    await patchFlvMetadata({ bytes: wholeBytes, patch }, buildFlvMetadata(), durationMs);
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
