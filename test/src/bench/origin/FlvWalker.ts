const FILE_HEADER_BYTES = 13;
const TAG_HEADER_BYTES = 11;
const BACK_POINTER_BYTES = 4;
const VIDEO = 9;
const END_OF_HEAD = 0x0d0a0d0a;

/** Walks through an HTTP response with FLV, tag by tag, without keeping a byte: just enough to see which frames are missing. */
export class FlvWalker {
  #isHead = true;
  #skip = 0;
  #lastFour = 0;
  readonly #header = Buffer.alloc(TAG_HEADER_BYTES);
  #headerBytes = 0;
  readonly #onVideo: (dtsMs: number) => void;

  constructor(onVideo: (dtsMs: number) => void) {
    this.#onVideo = onVideo;
  }

  walk(chunk: Buffer, length: number): void {
    let at = this.#isHead ? this.#passHead(chunk, length) : 0;
    while (at < length) {
      if (this.#skip > 0) {
        const step = Math.min(this.#skip, length - at);
        this.#skip -= step;
        at += step;
        continue;
      }
      const step = Math.min(TAG_HEADER_BYTES - this.#headerBytes, length - at);
      chunk.copy(this.#header, this.#headerBytes, at, at + step);
      this.#headerBytes += step;
      at += step;
      if (this.#headerBytes === TAG_HEADER_BYTES) this.#endHeader();
    }
  }

  #passHead(chunk: Buffer, length: number): number {
    for (let at = 0; at < length; at++) {
      this.#lastFour = ((this.#lastFour << 8) | chunk.readUInt8(at)) >>> 0;
      if (this.#lastFour !== END_OF_HEAD) continue;
      this.#isHead = false;
      this.#skip = FILE_HEADER_BYTES;
      return at + 1;
    }
    return length;
  }

  #endHeader(): void {
    const header = this.#header;
    this.#headerBytes = 0;
    this.#skip = header.readUIntBE(1, 3) + BACK_POINTER_BYTES;
    if (header.readUInt8(0) === VIDEO) this.#onVideo((header.readUInt8(7) << 24) | header.readUIntBE(4, 3));
  }
}
