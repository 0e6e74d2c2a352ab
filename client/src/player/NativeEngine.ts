import type { Engine, EngineEnd } from './Engine';

/** The native player starts three segments behind the edge: as near as it plays smoothly. */
const EDGE_DISTANCE_SECONDS = 6;

/** HLS as Safari plays it by itself. */
export class NativeEngine implements Engine {
  #video: HTMLVideoElement | null = null;
  readonly #abort = new AbortController();

  start(video: HTMLVideoElement, url: string, onEnd: (why: EngineEnd) => void): void {
    const { signal } = this.#abort;
    this.#video = video;
    video.addEventListener('error', () => onEnd('broken'), { signal });
    video.addEventListener('ended', () => onEnd('ended'), { signal });
    video.src = url;
    video.load();
  }

  latencySeconds(video: HTMLVideoElement): number | null {
    const end = edgeOf(video);
    return end === null ? null : Math.max(0, end - video.currentTime);
  }

  livePosition(video: HTMLVideoElement): number | null {
    const end = edgeOf(video);
    return end === null ? null : Math.max(0, end - EDGE_DISTANCE_SECONDS);
  }

  stop(): void {
    this.#abort.abort();
    this.#video?.removeAttribute('src');
    this.#video?.load();
    this.#video = null;
  }
}

function edgeOf({ seekable }: HTMLVideoElement): number | null {
  return seekable.length === 0 ? null : seekable.end(seekable.length - 1);
}
