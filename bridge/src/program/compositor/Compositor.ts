import type { Levels, SourceId } from '@lianmai/protocol';
import type { Source } from '../sources/index.js';
import type { Canvas } from './Canvas.js';
import { Mixer } from './mix.js';
import { FramePainter } from './FramePainter.js';
import { NOTHING, type RenderedScene } from './RenderedScene.js';

/** Sources and a picture → one frame and its sound a tick. Owns neither the sources nor the clock. */
export class Compositor {
  readonly #sources: ReadonlyMap<SourceId, Source>;
  readonly #mixer = new Mixer();
  #picture = NOTHING;
  #painter = new FramePainter(NOTHING);

  constructor(sources: ReadonlyMap<SourceId, Source>) {
    this.#sources = sources;
  }

  get picture(): RenderedScene {
    return this.#picture;
  }

  /** What the next tick shows: all of it. */
  show(picture: RenderedScene): void {
    this.#picture = picture;
    this.#painter = new FramePainter(picture);
    const tiles = new Map(picture.tiles.map((tile) => [tile.sourceId, tile]));
    for (const source of this.#sources.values()) source.setTile(tiles.get(source.id) ?? null);
  }

  /** The frame and the 1600 samples (interleaved stereo) that play at `atMs`. */
  compose(canvas: Canvas, samples: Int16Array, atMs: number): void {
    this.#painter.paint(canvas, (id) => this.#sources.get(id)?.frameAt(atMs) ?? null);
    this.#mixer.mix(this.#sources.values(), this.#picture.gains, atMs, samples);
  }

  readLevels(): Levels {
    return this.#mixer.readLevels();
  }

  forget(id: SourceId): void {
    this.#mixer.forget(id);
  }
}
