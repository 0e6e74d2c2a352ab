import {
  AVC_NAL,
  avcNalType,
  buildAvcConfig,
  FormatError,
  joinLengthPrefixed,
  makeMediaTag,
  splitAnnexB,
  type FlvTag,
} from '../../media/formats/index.js';
import type { EncodedFrame } from '../../media/rtp/index.js';

/** Turns H.264 frames from RTP into FLV tags: parameter sets become the config, delimiters are dropped. */
export class AvcTagBuilder {
  #sps: Buffer | null = null;
  #pps: Buffer | null = null;
  #config: Buffer | null = null;
  #lastDtsMs = -1;

  /** Returns the frame's tags, led by its config if that is new. Empty for non-frames, and before the first config. */
  tagsOf(frame: EncodedFrame, ptsMs: number): FlvTag[] {
    const nals = splitAnnexB(Buffer.concat(frame.chunks));
    const pictures = nals.filter((nal) => !this.#take(nal));
    const tags: FlvTag[] = [];
    const config = frame.isKeyFrame ? this.#newConfig() : null;
    // Decoding times must increase, whatever the publisher's clock or a timeline correction does.
    const dtsMs = Math.max(Math.round(ptsMs), this.#lastDtsMs + 1);
    if (config) tags.push(makeMediaTag({ codec: 'h264', dtsMs, data: config, isConfig: true }));
    if (!this.#config || pictures.length === 0) return tags;
    this.#lastDtsMs = dtsMs;
    const { isKeyFrame } = frame;
    const compositionMs = Math.round(ptsMs) - dtsMs;
    tags.push(
      makeMediaTag({ codec: 'h264', dtsMs, data: joinLengthPrefixed(pictures), isKeyFrame, compositionMs: Math.max(0, compositionMs) }),
    );
    return tags;
  }

  /** Stores parameter sets. Returns true for NAL units that are not part of the frame. */
  #take(nal: Buffer): boolean {
    const type = avcNalType(nal);
    if (type === AVC_NAL.sps) this.#sps = nal;
    else if (type === AVC_NAL.pps) this.#pps = nal;
    return type === AVC_NAL.sps || type === AVC_NAL.pps || type === AVC_NAL.aud;
  }

  #newConfig(): Buffer | null {
    if (!this.#sps || !this.#pps) return null;
    try {
      const config = buildAvcConfig({ sps: [this.#sps], pps: [this.#pps] });
      if (this.#config?.equals(config)) return null;
      this.#config = config;
      return config;
    } catch (error) {
      if (error instanceof FormatError) return null;
      throw error;
    }
  }
}
