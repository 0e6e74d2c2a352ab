/** Two stacked video elements and a still image: the next picture starts behind the current one, so that no black gap shows. */
export class VideoSwap {
  readonly #videos: readonly [HTMLVideoElement, HTMLVideoElement];
  readonly #still = document.createElement('canvas');
  #shown: HTMLVideoElement;

  constructor(place: HTMLElement, onResize: () => void) {
    this.#videos = [createVideo(onResize), createVideo(onResize)];
    this.#shown = this.#videos[0];
    dress(this.#still);
    this.#still.hidden = true;
    place.replaceChildren(this.#videos[1], this.#videos[0], this.#still);
    this.show(this.#shown);
  }

  get shown(): HTMLVideoElement {
    return this.#shown;
  }

  get spare(): HTMLVideoElement {
    return this.#shown === this.#videos[0] ? this.#videos[1] : this.#videos[0];
  }

  /** Width divided by height. */
  get aspect(): number | null {
    const { videoWidth, videoHeight } = this.#shown;
    return videoWidth > 0 && videoHeight > 0 ? videoWidth / videoHeight : null;
  }

  show(video: HTMLVideoElement): void {
    this.#shown = video;
    for (const one of this.#videos) {
      const isShown = one === video;
      one.style.opacity = isShown ? '1' : '0';
      one.toggleAttribute('data-shown', isShown);
      one.ariaHidden = isShown ? null : 'true';
    }
    this.#still.hidden = true;
  }

  /** Keeps the current picture on the screen after its engine is gone. */
  hold(): void {
    const { videoWidth, videoHeight } = this.#shown;
    if (videoWidth === 0 || !this.#still.hidden) return;
    [this.#still.width, this.#still.height] = [videoWidth, videoHeight];
    this.#still.getContext('2d')?.drawImage(this.#shown, 0, 0);
    this.#still.hidden = false;
  }

  remove(): void {
    for (const one of [...this.#videos, this.#still]) one.remove();
  }
}

function createVideo(onResize: () => void): HTMLVideoElement {
  const video = document.createElement('video');
  dress(video);
  video.playsInline = true;
  video.addEventListener('resize', onResize);
  return video;
}

function dress(element: HTMLElement): void {
  element.style.cssText = 'position:absolute;inset:0;width:100%;height:100%;object-fit:contain';
}
