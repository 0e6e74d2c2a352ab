import { TsMuxer, type FlvTag } from '../../formats/index.js';

/** Seven packets of 188 bytes: the most that fits into a datagram on every network, and what all SRT senders of TS use. */
const PAYLOAD_BYTES = 7 * 188;

export interface TsPayload {
  bytes: Buffer;
  /** Players can start here: tables, parameter sets and a key frame follow (or audio, if there is no video). */
  isEntry: boolean;
}

/** Tags → MPEG-TS, cut for datagrams. An entry point always starts a datagram; the rest of a batch is not held back. */
export class TsPayloads {
  readonly #muxer = new TsMuxer();
  #hasVideo = false;

  push(tags: readonly FlvTag[]): TsPayload[] {
    const payloads: TsPayload[] = [];
    let pieces: Buffer[] = [];
    let isEntry = false;
    const cut = () => {
      const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
      for (let at = 0; at < bytes.length; at += PAYLOAD_BYTES)
        payloads.push({ bytes: bytes.subarray(at, at + PAYLOAD_BYTES), isEntry: isEntry && at === 0 });
      pieces = [];
    };
    for (const tag of tags) {
      if (tag.kind === 'video') this.#hasVideo = true;
      const bytes = this.#muxer.push(tag);
      if (bytes.length === 0) continue;
      const isStart = tag.isKeyFrame || !this.#hasVideo;
      if (isStart) cut();
      if (pieces.length === 0) isEntry = isStart;
      pieces.push(bytes);
    }
    cut();
    return payloads;
  }
}
