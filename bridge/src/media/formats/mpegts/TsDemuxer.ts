import { CounterUnwrapper } from '../../CounterUnwrapper.js';
import type { FlvTag } from '../flv/index.js';
import { TsAudioTrack } from './TsAudioTrack.js';
import { adtsFormat, latmFormat, mp3Format } from './audioFrames.js';
import { TsOpusTrack } from './TsOpusTrack.js';
import { PacketSplitter } from './PacketSplitter.js';
import { PesReader, type Pes } from './PesReader.js';
import { PAT_PID, parsePat, parsePmt, SectionReader, STREAM_TYPE, type ElementaryStream } from './psi.js';
import type { TimedPes, Track } from './tsTrack.js';
import { TsVideoTrack } from './TsVideoTrack.js';

interface Channel {
  stream: ElementaryStream;
  kind: 'video' | 'audio';
  reader: PesReader;
}

/** 33 bits at 90 kHz: times wrap every 26.5 h. */
const TIME_MODULUS = 2 ** 33;

/**
 * MPEG-TS → tags in order of arrival. It takes the first program and its first video and audio stream that tags can carry. It never throws: damaged parts are
 * left out. Times are the stream's own, unwrapped, with fractions of ms.
 */
export class TsDemuxer {
  readonly #splitter = new PacketSplitter();
  readonly #time = new CounterUnwrapper(TIME_MODULUS);
  #pat = new SectionReader();
  #pmt = new SectionReader();
  #pmtPid: number | null = null;
  #channels = new Map<number, Channel>();
  #ignored: string[] = [];
  #tags: FlvTag[] = [];

  /** Elementary streams that are ignored, as text for people: 'stream type 0x81 (AC-3)'. */
  get ignored(): readonly string[] {
    return this.#ignored;
  }

  push(chunk: Buffer): FlvTag[] {
    this.#splitter.push(chunk, (packet) => this.#takePacket(packet));
    return this.#takeTags();
  }

  /** Call it at the end of the input: returns the last frame, which nothing follows. */
  flush(): FlvTag[] {
    for (const { reader } of this.#channels.values()) reader.flush();
    return this.#takeTags();
  }

  #takeTags(): FlvTag[] {
    const tags = this.#tags;
    this.#tags = [];
    return tags;
  }

  /** ISO/IEC 13818-1 2.4.3.2. Packets with errors and encrypted ones count as lost. */
  #takePacket(packet: Buffer): void {
    const [second, third, fourth] = [packet.readUInt8(1), packet.readUInt8(2), packet.readUInt8(3)];
    if (second & 0x80 || fourth & 0xc0 || !(fourth & 0x10)) return;
    const pid = ((second & 0x1f) << 8) | third;
    const adaptationBytes = fourth & 0x20 ? 1 + packet.readUInt8(4) : 0;
    const payload = packet.subarray(4 + adaptationBytes);
    if (payload.length === 0) return;
    const isStart = (second & 0x40) !== 0;
    if (pid === PAT_PID) for (const section of this.#pat.push(payload, isStart)) this.#takePat(section);
    else if (pid === this.#pmtPid) for (const section of this.#pmt.push(payload, isStart)) this.#takePmt(section);
    else {
      const isNewCount = adaptationBytes > 1 && (packet.readUInt8(5) & 0x80) !== 0;
      this.#channels.get(pid)?.reader.push(payload, { isStart, counter: fourth & 0x0f, isNewCount });
    }
  }

  #takePat(section: Buffer): void {
    const pmtPid = parsePat(section);
    if (pmtPid === null || pmtPid === this.#pmtPid || pmtPid === PAT_PID) return;
    this.#pmtPid = pmtPid;
    this.#pmt = new SectionReader();
  }

  /** Program maps arrive several times a second: unchanged streams continue, new ones start, missing ones end. */
  #takePmt(section: Buffer): void {
    const streams = parsePmt(section);
    if (!streams) return;
    const channels = new Map<number, Channel>();
    const ignored: string[] = [];
    for (const stream of streams) {
      const kind = kindOf(stream);
      if (!kind || channels.has(stream.pid)) ignored.push(nameOf(stream));
      else if ([...channels.values()].some((channel) => channel.kind === kind)) ignored.push(`another ${kind}: ${nameOf(stream)}`);
      else channels.set(stream.pid, this.#channelOf(stream, kind));
    }
    for (const channel of this.#channels.values()) if (channels.get(channel.stream.pid) !== channel) channel.reader.flush();
    this.#channels = channels;
    this.#ignored = ignored;
  }

  #channelOf(stream: ElementaryStream, kind: Channel['kind']): Channel {
    const known = this.#channels.get(stream.pid);
    if (known && known.stream.streamType === stream.streamType && known.stream.opusChannels === stream.opusChannels) return known;
    const track = createTrack(stream);
    return { stream, kind, reader: new PesReader((pes) => this.#tags.push(...track.push(this.#timed(pes)))) };
  }

  #timed({ pts90k, dts90k, payload }: Pes): TimedPes {
    const dts = dts90k === null ? null : this.#time.follow(dts90k);
    return { dts90k: dts, pts90k: pts90k === null ? null : this.#time.peek(pts90k), payload };
  }
}

const isOpus = ({ streamType, registration }: ElementaryStream) => streamType === STREAM_TYPE.private && registration === 'Opus';

function kindOf(stream: ElementaryStream): 'video' | 'audio' | null {
  const { h264, hevc, adts, latm, mpeg1Audio, mpeg2Audio } = STREAM_TYPE;
  if (stream.streamType === h264 || stream.streamType === hevc) return 'video';
  if ([adts, latm, mpeg1Audio, mpeg2Audio].some((type) => type === stream.streamType)) return 'audio';
  // More channels would need a mapping table, which nobody sends live.
  return isOpus(stream) && stream.opusChannels <= 2 ? 'audio' : null;
}

function createTrack(stream: ElementaryStream): Track {
  if (isOpus(stream)) return new TsOpusTrack(stream.opusChannels || 2);
  if (stream.streamType === STREAM_TYPE.h264) return new TsVideoTrack('h264');
  if (stream.streamType === STREAM_TYPE.hevc) return new TsVideoTrack('hevc');
  if (stream.streamType === STREAM_TYPE.adts) return new TsAudioTrack(adtsFormat());
  return new TsAudioTrack(stream.streamType === STREAM_TYPE.latm ? latmFormat() : mp3Format());
}

const NAMES: Readonly<Record<number, string>> = {
  1: 'MPEG-1 video',
  2: 'MPEG-2 video',
  0x81: 'AC-3',
  0x87: 'E-AC-3',
  0x33: 'VVC',
};

function nameOf({ streamType, registration }: ElementaryStream): string {
  const name = NAMES[streamType] ?? registration.replace(/[^\w.-]/g, '?');
  return `stream type 0x${streamType.toString(16).padStart(2, '0')}${name ? ` (${name})` : ''}`;
}
