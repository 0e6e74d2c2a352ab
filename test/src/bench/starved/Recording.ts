import { createWriteStream, rmSync } from 'node:fs';
import { finished } from 'node:stream/promises';
import { canvasOf, type Profile, type Tile } from '@lianmai/protocol';
import { ffmpeg, flvTags, packets, samples, type FlvTag } from '../../support/index.js';
import { BITS, BLOCKS, readNumber } from './timedClip.js';

/** A picture of the program. */
export interface SeenPicture {
  /** On the program's timeline. */
  timeMs: number;
  arrivedAtMs: number;
  /** The number that the first participant's frame shows; null if unreadable. */
  number: number | null;
}

/** A program as a player of its HTTP-FLV gets it: when each tag arrived, and the media itself. */
export class Recording {
  readonly tags: FlvTag[] = [];
  readonly #file: string;
  readonly #stop = new AbortController();
  readonly #done: Promise<unknown>;

  constructor(url: string) {
    this.#file = `/dev/shm/lianmai-starved-${process.pid}.flv`;
    const noted = flvTags(url, 24 * 3600, this.tags, this.#stop.signal);
    this.#done = Promise.all([noted, this.#save(url)]);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#done;
  }

  remove(): void {
    rmSync(this.#file, { force: true });
  }

  tagsOf(kind: FlvTag['kind']): FlvTag[] {
    return this.tags.filter((tag) => tag.kind === kind && !tag.isConfig);
  }

  /** Mono, 48 kHz, from the time of the first audio tag. */
  sound(): Promise<Float32Array> {
    return samples(this.#file);
  }

  /** Every picture that was saved. Both connections begin with a key frame, not always the same one, so pictures are matched by their times. */
  async pictures(profile: Profile, tile: Tile): Promise<SeenPicture[]> {
    const canvas = canvasOf(profile);
    const area = [tile.width * BLOCKS.width, tile.height * BLOCKS.height, tile.x + tile.width * BLOCKS.x, tile.y + tile.height * BLOCKS.y];
    const filter = `scale=${canvas.width}:${canvas.height},crop=${area.join(':')},scale=${BITS}:2:flags=area,format=gray`;
    const raw = await ffmpeg(
      ...['-copyts', '-i', this.#file, '-an', '-vf', filter, '-fps_mode', 'passthrough', '-f', 'rawvideo', 'pipe:1'],
    );
    const times = await this.#pictureTimes();
    const arrivals = new Map(this.tagsOf('video').map((tag) => [tag.timeMs, tag.arrivedAtMs]));
    return times.flatMap((timeMs, index) => {
      const arrivedAtMs = arrivals.get(timeMs);
      if (arrivedAtMs === undefined) return [];
      return [{ timeMs, arrivedAtMs, number: readNumber(raw.subarray(index * 2 * BITS, (index + 1) * 2 * BITS)) }];
    });
  }

  async #pictureTimes(): Promise<number[]> {
    return (await packets(this.#file)).filter(({ kind }) => kind === 'video').map(({ dtsMs }) => Math.round(dtsMs));
  }

  async #save(url: string): Promise<void> {
    const response = await fetch(url, { signal: this.#stop.signal });
    const file = createWriteStream(this.#file);
    try {
      for await (const chunk of response.body ?? []) file.write(chunk);
    } catch (error) {
      if (!this.#stop.signal.aborted) throw error;
    } finally {
      file.end();
      await finished(file);
    }
  }
}
