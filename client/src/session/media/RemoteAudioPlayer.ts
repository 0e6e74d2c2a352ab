import { getPreferences, subscribePreferences } from '../../state';

/** Plays everyone's sound through hidden elements on the chosen speaker, and reports when the browser refuses to play without a click. */
export class RemoteAudioPlayer {
  readonly #elements = new Map<string, HTMLAudioElement>();
  readonly #onBlocked: (isBlocked: boolean) => void;
  readonly #unsubscribe: () => void;

  constructor(onBlocked: (isBlocked: boolean) => void) {
    this.#onBlocked = onBlocked;
    this.#unsubscribe = subscribePreferences((now, before) => {
      if (now.speakerId === before.speakerId && now.volume === before.volume) return;
      for (const element of this.#elements.values()) this.#apply(element);
    });
  }

  play(key: string, track: MediaStreamTrack): void {
    const element = this.#elements.get(key) ?? this.#create(key);
    element.srcObject = new MediaStream([track]);
    void this.#start(element);
  }

  stop(key: string): void {
    const element = this.#elements.get(key);
    if (!element) return;
    this.#elements.delete(key);
    element.srcObject = null;
    element.remove();
  }

  /** Call from a click. Starts what the browser refused to play. */
  async allow(): Promise<void> {
    const started = await Promise.all([...this.#elements.values()].map((element) => this.#start(element)));
    if (started.every(Boolean)) this.#onBlocked(false);
  }

  close(): void {
    this.#unsubscribe();
    for (const key of [...this.#elements.keys()]) this.stop(key);
  }

  #create(key: string): HTMLAudioElement {
    const element = document.createElement('audio');
    element.hidden = true;
    element.autoplay = true;
    // Safari plays only elements that are in the document.
    document.body.append(element);
    this.#elements.set(key, element);
    this.#apply(element);
    return element;
  }

  #apply(element: HTMLAudioElement): void {
    const { speakerId, volume } = getPreferences();
    element.volume = volume;
    // If the speaker is gone, the browser's default stays.
    if ('setSinkId' in element) void element.setSinkId(speakerId ?? '').catch(() => undefined);
  }

  /** Returns false if the browser refuses to play without a click. */
  async #start(element: HTMLAudioElement): Promise<boolean> {
    try {
      await element.play();
      return true;
    } catch (error) {
      const isRefused = error instanceof DOMException && error.name === 'NotAllowedError';
      if (isRefused) this.#onBlocked(true);
      return !isRefused;
    }
  }
}
