import { open } from 'node:fs/promises';
import { readMovie, type Mp4Bytes } from '../../media/formats/index.js';

/** The rest of a file. */
export const fromByte = (file: Mp4Bytes, from: number): Mp4Bytes => ({
  size: Math.max(0, file.size - from),
  read: (at, length) => file.read(from + at, length),
});

/** Opens a file of any size for inspection. */
export async function readingMp4<T>(path: string, look: (file: Mp4Bytes, movie: Buffer | null) => Promise<T>): Promise<T> {
  const handle = await open(path, 'r');
  try {
    const { size } = await handle.stat();
    const read = async (at: number, length: number) => {
      const { buffer, bytesRead } = await handle.read(Buffer.allocUnsafe(Math.min(length, size - at)), 0, null, at);
      return buffer.subarray(0, bytesRead);
    };
    const file = { size, read };
    return await look(file, await readMovie(file));
  } finally {
    await handle.close();
  }
}
