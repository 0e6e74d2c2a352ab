import type { SfuFeedTrack } from '@lianmai/protocol';
import { opusPacketSamples, readFlvBody, type FlvTag } from '../../media/formats/index.js';
import { RtpTrackWriter } from './RtpTrackWriter.js';

const AUDIO = { payloadType: 111, clockRate: 48_000 };
/** FLV rounds to milliseconds; audio that follows within this is continuous. */
const CONTINUOUS_TICKS = 96;

/** Opus audio as RTP (RFC 7587): one packet per frame. */
export class SfuAudioTrack {
  readonly #writer = new RtpTrackWriter(AUDIO);
  #nextTicks = 0;

  get track(): SfuFeedTrack {
    return { kind: 'audio', codec: 'opus', ssrc: this.#writer.ssrc, payloadType: this.#writer.payloadType };
  }

  packetsOf(tag: FlvTag): Buffer[] {
    const body = readFlvBody(tag);
    if (body?.codec !== 'opus' || body.data.length === 0) return [];
    const byTag = tag.dtsMs * 48;
    const isContinuous = Math.abs(byTag - this.#nextTicks) <= CONTINUOUS_TICKS;
    const ticks = isContinuous ? this.#nextTicks : byTag;
    this.#nextTicks = ticks + opusPacketSamples(body.data);
    return [this.#writer.packet(body.data, ticks, !isContinuous)];
  }

  report(wallMs: number, mediaMs: number): Buffer {
    return this.#writer.senderReport(wallMs, mediaMs * 48);
  }
}
