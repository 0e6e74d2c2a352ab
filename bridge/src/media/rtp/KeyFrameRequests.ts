/** Key frames are large, so more frequent requests would only make the video worse. */
const EVERY_MS = 500;

/** Requests a key frame, at most every 500 ms, until one arrives. */
export class KeyFrameRequests {
  readonly #send: () => void;
  #timer: NodeJS.Timeout | undefined;
  #isWanted = false;

  constructor(send: () => void) {
    this.#send = send;
  }

  want(): void {
    if (this.#isWanted) return;
    this.#isWanted = true;
    // While the timer runs, the last request is less than 500 ms old.
    if (!this.#timer) this.#ask();
  }

  got(): void {
    this.#isWanted = false;
  }

  close(): void {
    this.#isWanted = false;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  #ask(): void {
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      if (this.#isWanted) this.#ask();
    }, EVERY_MS);
    this.#send();
  }
}
