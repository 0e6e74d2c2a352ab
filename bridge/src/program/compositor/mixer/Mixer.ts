import { SAMPLES_PER_TICK, type Levels, type SourceId } from '@lianmai/protocol';
import type { Source } from '../../sources/index.js';
import { Limiter } from './Limiter.js';
import { LevelMeter } from './LevelMeter.js';

/** Interleaved stereo of one tick. */
const VALUES = 2 * SAMPLES_PER_TICK;
const FULL_SCALE = 32_767;

export type MixedSource = Pick<Source, 'id' | 'mixAudioInto'>;

/** The mixer's memory of a source. */
interface Channel {
  gain: number;
  meter: LevelMeter;
}

/** Converts a gain in dB to a linear factor. */
export const factorOf = (gainDb: number): number => 10 ** (gainDb / 20);

/** Sums the sources with their gains (changes glide over one tick), limits the mix and measures both. */
export class Mixer {
  readonly #channels = new Map<SourceId, Channel>();
  readonly #limiter = new Limiter();
  readonly #meter = new LevelMeter();
  readonly #sum = new Float32Array(VALUES);
  readonly #voice = new Float32Array(VALUES);

  /** Writes the 1600 samples that play from `atMs` on into `out`, as s16le stereo. Sources without an entry in `gains` are silent. */
  mix(voices: Iterable<MixedSource>, gains: ReadonlyMap<SourceId, number>, atMs: number, out: Int16Array): void {
    this.#sum.fill(0);
    for (const voice of voices) this.#addVoice(voice, gains.get(voice.id) ?? 0, atMs);
    this.#limiter.process(this.#sum);
    this.#meter.add(this.#sum);
    for (let index = 0; index < VALUES; index++) out[index] = Math.round(this.#sum[index]! * FULL_SCALE);
  }

  /** Loudness since the last call: of each source as it enters the mix, and of the mix. */
  readLevels(): Levels {
    return { program: this.#meter.read(), sources: Object.fromEntries([...this.#channels].map(([id, { meter }]) => [id, meter.read()])) };
  }

  forget(id: SourceId): void {
    this.#channels.delete(id);
  }

  #addVoice(voice: MixedSource, gain: number, atMs: number): void {
    const channel = this.#channelOf(voice.id);
    const from = channel.gain;
    channel.gain = gain;
    if (from === 0 && gain === 0) return channel.meter.addSilence(VALUES);
    this.#voice.fill(0);
    if (!voice.mixAudioInto(this.#voice, atMs, 1)) return channel.meter.addSilence(VALUES);
    if (from === gain) scale(this.#voice, gain);
    else glide(this.#voice, from, gain);
    channel.meter.add(this.#voice);
    for (let index = 0; index < VALUES; index++) this.#sum[index]! += this.#voice[index]!;
  }

  /** A new source reaches its gain only after one tick, so it comes in without a click. */
  #channelOf(id: SourceId): Channel {
    const channel = this.#channels.get(id) ?? { gain: 0, meter: new LevelMeter() };
    this.#channels.set(id, channel);
    return channel;
  }
}

function scale(samples: Float32Array, gain: number): void {
  if (gain === 1) return;
  for (let index = 0; index < samples.length; index++) samples[index]! *= gain;
}

function glide(samples: Float32Array, from: number, to: number): void {
  const step = (to - from) / samples.length;
  for (let index = 0; index < samples.length; index++) samples[index]! *= from + step * index;
}
