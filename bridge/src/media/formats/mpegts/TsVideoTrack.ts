import { AVC_NAL, avcNalType, buildAvcConfig, parseAvcConfig } from '../avc.js';
import { type FlvTag, makeMediaTag } from '../flv/index.js';
import { FormatError } from '../FormatError.js';
import { buildHevcConfig, HEVC_NAL, hevcNalType, isHevcKeyNal, parseHevcConfig } from '../hevc.js';
import { joinLengthPrefixed, splitAnnexB } from '../nal.js';
import { hasRecoveryPoint, isIntraSlice } from './h264Pictures.js';
import { msOf, type TimedPes, type Track } from './tsTrack.js';

/** How the two codecs differ. */
interface Codec {
  codec: 'h264' | 'hevc';
  /** NAL types of parameter sets, in the order in which they build on each other. */
  setTypes: readonly number[];
  typeOf: (nal: Buffer) => number;
  /** NAL units without any picture data: delimiters, ends of sequences, filler. */
  isWaste: (type: number) => boolean;
  isPicture: (type: number) => boolean;
  isKeyFrame: (nals: readonly Buffer[], hasSets: boolean) => boolean;
  /** Throws FormatError if they are unusable. */
  buildConfig: (sets: readonly Buffer[][]) => Buffer;
}

const H264: Codec = {
  codec: 'h264',
  setTypes: [AVC_NAL.sps, AVC_NAL.pps],
  typeOf: avcNalType,
  isWaste: (type) => type >= AVC_NAL.aud && type <= 12,
  isPicture: (type) => type >= 1 && type <= 5,
  // Encoders without IDR pictures mark entry points by SEI, or only by sending parameter sets before an I picture.
  isKeyFrame: (nals, hasSets) =>
    nals.some((nal) => avcNalType(nal) === AVC_NAL.idr) || nals.some(hasRecoveryPoint) || (hasSets && nals.every(isIntraSlice)),
  buildConfig([sps = [], pps = []]) {
    const record = buildAvcConfig({ sps, pps });
    parseAvcConfig(record);
    return record;
  },
};

const HEVC: Codec = {
  codec: 'hevc',
  setTypes: [HEVC_NAL.vps, HEVC_NAL.sps, HEVC_NAL.pps],
  typeOf: hevcNalType,
  isWaste: (type) => type >= HEVC_NAL.aud && type <= 38,
  isPicture: (type) => type < 32,
  isKeyFrame: (nals) => nals.some((nal) => isHevcKeyNal(hevcNalType(nal))),
  buildConfig([vps = [], sps = [], pps = []]) {
    const record = buildHevcConfig({ vps, sps, pps });
    parseHevcConfig(record);
    return record;
  },
};

/** More parameter sets than this are an attack on our memory: an encoder has one of each, or a few. */
const MAX_SETS = 16;
const DEFAULT_FRAME_90K = 3000;

/** One PES is one picture, as muxers send it. Nothing comes out before the first parameter sets. */
export class TsVideoTrack implements Track {
  readonly #codec: Codec;
  #sets: Buffer[][];
  #config: Buffer | null = null;
  #lastDts90k: number | null = null;
  #frame90k = DEFAULT_FRAME_90K;

  constructor(codec: 'h264' | 'hevc') {
    this.#codec = codec === 'h264' ? H264 : HEVC;
    this.#sets = this.#codec.setTypes.map(() => []);
  }

  push({ pts90k, dts90k, payload }: TimedPes): FlvTag[] {
    const { codec, typeOf, isWaste, isPicture, isKeyFrame } = this.#codec;
    const nals = splitAnnexB(payload).filter((nal) => !isWaste(typeOf(nal)));
    const dts = this.#follow(dts90k);
    const config = this.#learnSets(nals);
    const media = nals.filter((nal) => !this.#isSet(nal));
    const configTag = config && makeMediaTag({ codec, dtsMs: msOf(dts), data: config, isConfig: true });
    if (!this.#config || !media.some((nal) => isPicture(typeOf(nal)))) return configTag ? [configTag] : [];
    const tag = makeMediaTag({
      ...{ codec, dtsMs: msOf(dts), data: joinLengthPrefixed(media) },
      compositionMs: ((pts90k ?? dts) - dts) / 90,
      isKeyFrame: isKeyFrame(media, media.length < nals.length),
    });
    return configTag ? [configTag, tag] : [tag];
  }

  #follow(dts90k: number | null): number {
    const last = this.#lastDts90k;
    const dts = dts90k ?? (last === null ? 0 : last + this.#frame90k);
    if (last !== null && dts > last) this.#frame90k = Math.min(90_000, dts - last);
    return (this.#lastDts90k = dts);
  }

  #isSet(nal: Buffer): boolean {
    return this.#codec.setTypes.includes(this.#codec.typeOf(nal));
  }

  /** Returns the configuration if these NAL units change it. A picture that brings the sequence's parameters brings everything it needs. */
  #learnSets(nals: readonly Buffer[]): Buffer | null {
    const found = this.#codec.setTypes.map((type) => distinct(nals.filter((nal) => this.#codec.typeOf(nal) === type)));
    if (found.every((sets) => sets.length === 0)) return null;
    const isWhole = (found.at(-2)?.length ?? 0) > 0;
    this.#sets = found.map((sets, index) => {
      const known = this.#sets[index] ?? [];
      const kept = sets.length === 0 ? known : isWhole ? sets : distinct([...sets, ...known]);
      return kept.slice(0, MAX_SETS).map((set) => (known.includes(set) ? set : Buffer.from(set)));
    });
    if (this.#sets.some((sets) => sets.length === 0)) return null;
    return this.#rebuild();
  }

  #rebuild(): Buffer | null {
    try {
      const config = this.#codec.buildConfig(this.#sets);
      if (this.#config?.equals(config)) return null;
      return (this.#config = config);
    } catch (error) {
      if (error instanceof FormatError) return null;
      throw error;
    }
  }
}

const distinct = (nals: readonly Buffer[]) => nals.filter((nal, index) => nals.findIndex((other) => other.equals(nal)) === index);
