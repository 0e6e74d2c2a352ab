import type { Levels, SourceId } from '@lianmai/protocol';
import type { Source } from '../sources/index.js';
import type { Canvas } from './Canvas.js';
import { Mixer } from './mixer/Mixer.js';
import { FramePainter } from './blend/FramePainter.js';
import { EMPTY_SCENE, type RenderedScene } from './RenderedScene.js';

/** Makes one frame and its audio per tick from the sources and a scene. It owns neither the sources nor the clock. */
export class Compositor {
  readonly #sources: ReadonlyMap<SourceId, Source>;
  readonly #mixer = new Mixer();
  #scene = EMPTY_SCENE;
  #painter = new FramePainter(EMPTY_SCENE);

  constructor(sources: ReadonlyMap<SourceId, Source>) {
    this.#sources = sources;
  }

  get scene(): RenderedScene {
    return this.#scene;
  }

  /** Replaces the whole scene from the next tick on. */
  setScene(scene: RenderedScene): void {
    this.#scene = scene;
    this.#painter = new FramePainter(scene);
    const tiles = new Map(scene.tiles.map((tile) => [tile.sourceId, tile]));
    for (const source of this.#sources.values()) source.setTile(tiles.get(source.id) ?? null);
  }

  /** Fills in the frame and the 1600 samples (interleaved stereo) that play at `atMs`; without a canvas, the samples alone. */
  compose(canvas: Canvas | null, samples: Int16Array, atMs: number): void {
    if (canvas) this.#painter.paint(canvas, (id) => this.#sources.get(id)?.frameAt(atMs) ?? null);
    this.#mixer.mix(this.#sources.values(), this.#scene.gains, atMs, samples);
  }

  readLevels(): Levels {
    return this.#mixer.readLevels();
  }

  forget(id: SourceId): void {
    this.#mixer.forget(id);
  }
}
