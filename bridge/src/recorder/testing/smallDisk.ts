import { open } from 'node:fs/promises';
import type { OpenFile } from '../DiskFile.js';

/** Files on a disk that is full after so many bytes. */
export function smallDisk(bytes: number) {
  const disk = { open: 0, opened: 0, openFile };
  async function openFile(file: string, flags: 'wx' | 'r+'): ReturnType<OpenFile> {
    const handle = await open(file, flags);
    disk.open += 1;
    disk.opened += 1;
    const [write, close] = [handle.write.bind(handle), handle.close.bind(handle)];
    return Object.assign(handle, {
      write: async (data: Buffer, ...where: [number, number, number]) => {
        bytes -= data.length;
        if (bytes < 0) throw Object.assign(new Error('no space left on device'), { code: 'ENOSPC' });
        return write(data, ...where);
      },
      close: () => {
        disk.open -= 1;
        return close();
      },
    });
  }
  return disk;
}
