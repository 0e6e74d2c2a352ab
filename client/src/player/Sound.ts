/** The viewer's volume and mute, kept across the video elements of a player, and whether the browser blocks sound until a click. */
export class Sound {
  volume: number;
  /** Muted by the viewer. */
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

  /** Makes this element the audible one, and plays it. */
  async give(video: HTMLVideoElement): Promise<void> {
    this.#video = video;
    this.#apply();
    try {
      await video.play();
    } catch (error) {
      if (!(error instanceof DOMException && error.name === 'NotAllowedError')) return;
      // A muted picture may usually play. If even that is refused, it waits for a click.
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

  /** Call from a click. Also unlocks the spare element, which may take over later without one. */
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
