import type { SfuFeedTrack } from '@lianmai/protocol';
import { FormatError, parseAvcConfig, readFlvBody, type FlvTag } from '../../media/formats/index.js';
import { packetiseH264, parameterSetsOf } from './h264Packets.js';
import { RtpTrackWriter } from './RtpTrackWriter.js';

const VIDEO = { payloadType: 102, clockRate: 90_000 };
/** Timestamp step of frames sent only so that later ones can be decoded, in 90 kHz ticks. */
const CATCH_UP_TICKS = 10;
/** Maximum span of a catch-up: less than one frame. */
const CATCH_UP_SPAN_TICKS = 2000;

/** H.264 video as RTP. */
export class SfuVideoTrack {
  readonly #writer = new RtpTrackWriter(VIDEO);
  #parameters: Buffer[] = [];
  #nalLengthBytes = 4;
  #lastTicks = Number.NEGATIVE_INFINITY;
  #lastDtsMs: number | null = null;

  get track(): SfuFeedTrack {
    return { kind: 'video', codec: 'H264', ssrc: this.#writer.ssrc, payloadType: this.#writer.payloadType };
  }

  /** Decoding time of the newest frame sent, ms. */
  get lastDtsMs(): number | null {
    return this.#lastDtsMs;
  }

  setConfig(record: Buffer): void {
    const { nalLengthBytes } = parseAvcConfig(record);
    this.#parameters = parameterSetsOf(record);
    this.#nalLengthBytes = nalLengthBytes;
  }

  packetsOf(tag: FlvTag): Buffer[] {
    const body = readFlvBody(tag);
    if (body?.codec !== 'h264') return [];
    this.#lastDtsMs = Math.max(this.#lastDtsMs ?? tag.dtsMs, tag.dtsMs);
    return this.#write(tag, body.data, (tag.dtsMs + body.compositionMs) * 90);
  }

  /** Packs frames that are needed only to decode later ones: their timestamps are almost equal and end just before `beforeMs`. */
  catchUp(tags: readonly FlvTag[], beforeMs: number): Buffer[] {
    const step = Math.max(1, Math.min(CATCH_UP_TICKS, Math.floor(CATCH_UP_SPAN_TICKS / Math.max(1, tags.length))));
    const from = beforeMs * 90 - step * tags.length;
    return tags.flatMap((tag, index) => {
      const body = readFlvBody(tag);
      if (body?.codec !== 'h264') return [];
      this.#lastDtsMs = Math.max(this.#lastDtsMs ?? tag.dtsMs, tag.dtsMs);
      return this.#write(tag, body.data, from + index * step);
    });
  }

  report(wallMs: number, mediaMs: number): Buffer {
    return this.#writer.senderReport(wallMs, mediaMs * 90);
  }

  #write(tag: FlvTag, data: Buffer, wantedTicks: number): Buffer[] {
    const payloads = unlessMalformed(() => packetiseH264(data, tag.isKeyFrame ? this.#parameters : [], this.#nalLengthBytes));
    if (payloads.length === 0) return [];
    const ticks = Math.max(wantedTicks, this.#lastTicks + 1);
    this.#lastTicks = ticks;
    return payloads.map((payload, index) => this.#writer.packet(payload, ticks, index === payloads.length - 1));
  }
}

function unlessMalformed(work: () => Buffer[]): Buffer[] {
  try {
    return work();
  } catch (error) {
    if (error instanceof FormatError) return [];
    throw error;
  }
}
