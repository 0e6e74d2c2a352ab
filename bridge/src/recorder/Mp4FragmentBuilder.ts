import { FormatError } from '../media/formats/index.js';
import { PartTarget, Segmenter } from '../media/packaging/index.js';
import type { MediaTag } from '../hub/stream/index.js';

export interface Mp4FragmentEvents {
  /** A segment begins; `init` is the same throughout a file. */
  onBegin(init: Buffer): void;
  /** A whole fragment. */
  onPart(bytes: Buffer, durationMs: number): void;
  onEnd(): void;
}

/** Fragments end at least this often; a crash costs no more. */
const FRAGMENT_MS = 333;

/** A file to which fragments are added. */
export interface EarlierFragments {
  endMs: number;
  durationMs: number;
}
const NONE: EarlierFragments = { endMs: 0, durationMs: 0 };

/** Turns the tags of one recording into MP4 fragments with times from 0, or from the end of the earlier ones. */
export class Mp4FragmentBuilder {
  readonly #segmenter: Segmenter;
  readonly #startMs: number;
  #firstMs: number | null = null;
  #durationMs: number;

  constructor(segmentMs: number, events: Mp4FragmentEvents, earlier = NONE) {
    this.#startMs = earlier.endMs;
    this.#durationMs = earlier.durationMs;
    const partTarget = new PartTarget(FRAGMENT_MS, { isFixed: true });
    this.#segmenter = new Segmenter(
      { targetMs: segmentMs },
      {
        main: {
          partTarget,
          begin: ({ presentation }) => events.onBegin(presentation.init),
          add: ({ bytes, durationMs }) => {
            this.#durationMs += durationMs;
            events.onPart(bytes, durationMs);
          },
          end: () => events.onEnd(),
        },
      },
    );
  }

  get durationMs(): number {
    return this.#durationMs;
  }

  push(tags: readonly MediaTag[]): void {
    for (const tag of tags) {
      if (!tag.isConfig && tag.kind !== 'data') this.#firstMs ??= tag.dtsMs;
      const dtsMs = this.#startMs + tag.dtsMs - (this.#firstMs ?? tag.dtsMs);
      if (dtsMs < this.#startMs) continue;
      try {
        this.#segmenter.push({ ...tag, dtsMs });
      } catch (error) {
        // A broken frame is no reason to stop. A codec that MP4 cannot hold is left out, and the rest is recorded.
        if (!(error instanceof FormatError)) throw error;
      }
    }
  }

  flush(): void {
    this.#segmenter.flush();
  }
}
