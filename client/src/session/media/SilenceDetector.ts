/** RTCP for video that we send, and media from others, arrive many times a second. ICE takes up to 5 s to notice that they stopped. */
export const SILENT_AFTER_MS = 1500;

/** Tells from a transport's byte counter that media which was arriving has stopped. */
export class SilenceDetector {
  #bytes = 0;
  #heardAtMs: number | null = null;
  #isSilent = false;

  get isSilent(): boolean {
    return this.#isSilent;
  }

  /** `isExpected`: somebody is sending at the moment, so that silence means trouble. */
  add(bytesReceived: number, isExpected: boolean, nowMs: number): void {
    // A transport that replaces another begins at zero.
    const hasGrown = bytesReceived > this.#bytes;
    this.#bytes = bytesReceived;
    if (!isExpected) this.#heardAtMs = null;
    else if (hasGrown) this.#heardAtMs = nowMs;
    this.#isSilent = this.#heardAtMs !== null && nowMs - this.#heardAtMs >= SILENT_AFTER_MS;
  }
}
