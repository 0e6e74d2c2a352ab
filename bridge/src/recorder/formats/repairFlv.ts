import { open } from 'node:fs/promises';
import { flvFileHeader, FlvParser, FormatError, readFlvBody } from '../../media/formats/index.js';
import type { RepairedFile } from '../recordingContract.js';
import { buildFlvMetadata, FILE_HEADER_BYTES, patchFlvMetadata, TAG_HEADER_BYTES } from './flvMetadata.js';

const READ_BYTES = 1 << 20;

/** Keeps everything up to the last whole tag and writes the duration where players look for it. What is `noted` to be whole is not read again. */
export async function repairFlv(path: string, noted?: RepairedFile): Promise<RepairedFile | null> {
  const handle = await open(path, 'r+');
  try {
    const hasNoted = noted && noted.bytes > 0 && noted.bytes <= (await handle.stat()).size;
    const { wholeBytes, durationMs } = await scan(handle, hasNoted ? noted : null);
    if (durationMs === null) return null;
    await handle.truncate(wholeBytes);
    const patch = async (data: Buffer, at: number) => void (await handle.write(data, 0, data.length, at));
    await patchFlvMetadata({ bytes: wholeBytes, patch }, buildFlvMetadata(), durationMs);
    return { bytes: wholeBytes, durationMs };
  } finally {
    await handle.close();
  }
}

type Scan = { wholeBytes: number; durationMs: number | null };

async function scan(handle: Awaited<ReturnType<typeof open>>, noted: RepairedFile | null): Promise<Scan> {
  const parser = new FlvParser();
  const buffer = Buffer.allocUnsafe(READ_BYTES);
  let wholeBytes = noted?.bytes ?? FILE_HEADER_BYTES;
  let durationMs = noted?.durationMs ?? null;
  if (noted) parser.push(flvFileHeader({ hasVideo: true, hasAudio: true }));
  for (let at = noted?.bytes ?? 0; ;) {
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
