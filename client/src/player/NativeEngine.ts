import { bufferAhead, type PlaybackEngine, type EngineEnd, type Measurements } from './PlaybackEngine';
import { hlsLatencySeconds } from './latencyEstimate';

/** The native player starts three segments behind the edge, which is as close as it plays smoothly. */
const EDGE_DISTANCE_SECONDS = 6;

/** Safari exposes the playlist's clock as the date of time zero. */
type NativeVideo = HTMLVideoElement & { getStartDate?: () => Date };

/** Leaves HLS to Safari's own player. */
export class NativeEngine implements PlaybackEngine {
  readonly #url: string;
  readonly #abort = new AbortController();
  #video: HTMLVideoElement | null = null;

  constructor(url: string) {
    this.#url = url;
  }

  start(video: HTMLVideoElement, onEnd: (why: EngineEnd) => void): void {
    const { signal } = this.#abort;
    this.#video = video;
    video.addEventListener('error', () => onEnd('broken'), { signal });
    video.addEventListener('ended', () => onEnd('ended'), { signal });
    video.src = this.#url;
    video.load();
  }

  sample(video: NativeVideo): Measurements {
    const end = edgeOf(video);
    const startMs = video.getStartDate?.().getTime() ?? Number.NaN;
    const playingAtMs = Number.isNaN(startMs) ? null : startMs + video.currentTime * 1000;
    return {
      latencySeconds: hlsLatencySeconds(end === null ? null : Math.max(0, end - video.currentTime), playingAtMs, Date.now()),
      bufferSeconds: bufferAhead(video),
      livePosition: end === null ? null : Math.max(0, end - EDGE_DISTANCE_SECONDS),
    };
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
