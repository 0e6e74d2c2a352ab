/** The viewer's volume and mute, kept across the video elements of one player; and whether the browser blocks the sound until a click. */
export class Sound {
  volume: number;
  /** By the viewer's own will. */
  isMuted: boolean;
  readonly #onChange: () => void;
  #isBlocked = false;
  #video: HTMLVideoElement | null = null;

  constructor({ volume, isMuted }: { volume: number; isMuted: boolean }, onChange: () => void) {
    this.volume = volume;
    this.isMuted = isMuted;
    this.#onChange = onChange;
  }

  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** This element is the one that is heard, and plays. */
  async give(video: HTMLVideoElement): Promise<void> {
    this.#video = video;
    this.#apply();
    try {
      await video.play();
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'NotAllowedError')) return;
      // Muted pictures may always play. One that is refused even so waits for the click.
      this.#setBlocked(true);
      video.muted = true;
      await video.play().catch(() => undefined);
    }
  }

  set({ volume, isMuted }: { volume?: number; isMuted?: boolean }): void {
    if (volume !== undefined) this.volume = volume;
    if (isMuted !== undefined) this.isMuted = isMuted;
    this.#apply();
  }

  /** From a click: for the element that is heard, and for its spare, which may have to take over later without one. */
  async allow(spare: HTMLVideoElement): Promise<void> {
    this.#setBlocked(false);
    this.isMuted = false;
    this.#apply();
    if (spare.srcObject === null && spare.currentSrc === '') spare.load();
    await this.#video?.play();
  }

  #apply(): void {
    if (!this.#video) return;
    this.#video.volume = this.volume;
    this.#video.muted = this.isMuted || this.#isBlocked;
  }

  #setBlocked(isBlocked: boolean): void {
    this.#isBlocked = isBlocked;
    this.#onChange();
  }
}
