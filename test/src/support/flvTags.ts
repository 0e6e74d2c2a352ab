import { PATIENCE_MS, until } from './until.js';

export interface FlvTag {
  kind: 'audio' | 'video';
  timeMs: number;
  isKey: boolean;
  /** A codec configuration, such as parameter sets. */
  isConfig: boolean;
  /** The codec in enhanced RTMP; null for legacy tags. */
  fourCc: string | null;
  arrivedAtMs: number;
}

/** Reads the tags of an HTTP-FLV stream for `seconds`, or until `signal` aborts; `tags` grows meanwhile. */
export async function flvTags(url: string, seconds: number, tags: FlvTag[] = [], signal?: AbortSignal): Promise<FlvTag[]> {
  const timeout = AbortSignal.timeout(seconds * 1000);
  await readFlv(url, signal ? AbortSignal.any([timeout, signal]) : timeout, (tag) => tags.push(tag));
  return tags;
}

/** Asks for an HTTP-FLV stream, again and again, until it has a picture. Returns when that arrived, on the clock of `performance.now`, ms. */
export function firstPicture(url: string): Promise<number> {
  const ask = async () => {
    const stop = new AbortController();
    let arrivedAtMs: number | undefined;
    await readFlv(url, stop.signal, (tag) => {
      if (!tag.isKey || tag.isConfig || arrivedAtMs !== undefined) return;
      arrivedAtMs = tag.arrivedAtMs;
      stop.abort();
    });
    return arrivedAtMs;
  };
  return until('a picture arrives', ask, PATIENCE_MS, 20);
}

/** Reads an HTTP-FLV stream until it ends or `signal` aborts. Needed because FFmpeg 5.1 does not know enhanced RTMP (Opus). */
export async function readFlv(url: string, signal: AbortSignal, onTag: (tag: FlvTag) => void): Promise<void> {
  try {
    const response = await fetch(url, { signal });
    if (response.status !== 200 || !response.body) throw new Error(`${url}: ${response.status} ${await response.text()}`);
    let pending = Buffer.alloc(0);
    let hasHeader = false;
    for await (const chunk of response.body) {
      pending = Buffer.concat([pending, chunk]);
      if (!hasHeader && pending.length < FILE_HEADER_BYTES) continue;
      if (!hasHeader) pending = pending.subarray(FILE_HEADER_BYTES);
      hasHeader = true;
      pending = pending.subarray(readTags(pending, onTag));
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  }
}

/** Includes the first back pointer. */
const FILE_HEADER_BYTES = 13;

/** Returns how many bytes it used. */
function readTags(bytes: Buffer, onTag: (tag: FlvTag) => void): number {
  let at = 0;
  while (at + 11 <= bytes.length) {
    const size = bytes.readUIntBE(at + 1, 3);
    if (at + 11 + size + 4 > bytes.length) break;
    const type = bytes.readUInt8(at);
    const timeMs = bytes.readUIntBE(at + 4, 3) + bytes.readUInt8(at + 7) * 2 ** 24;
    const [first = 0, second = 0] = bytes.subarray(at + 11, at + 13);
    const isEnhanced = type === 9 ? first >= 128 : first >> 4 === 9;
    const isConfig = isEnhanced ? (first & 15) === 0 : second === 0;
    const fourCc = isEnhanced ? bytes.toString('latin1', at + 12, at + 16) : null;
    const common = { timeMs, isConfig, fourCc, arrivedAtMs: performance.now() };
    if (type === 9) onTag({ ...common, kind: 'video', isKey: ((first >> 4) & 7) === 1 });
    if (type === 8) onTag({ ...common, kind: 'audio', isKey: false });
    at += 11 + size + 4;
  }
  return at;
}
