/** Longer lines are cut: output without line ends must not fill the memory. */
const MAX_LINE_CHARS = 4096;
const LINE_END = /[\r\n]+/;

/** Splits chunks of text into lines, ended by CR or LF as FFmpeg's progress is. */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Reads bytes as Latin-1: everything that is parsed is ASCII, and a character split between chunks does no harm. */
  push(chunk: Buffer): void {
    const text = this.#rest + chunk.toString('latin1');
    // FFmpeg writes a line in several pieces, so most chunks end none.
    if (!chunk.includes(10) && !chunk.includes(13)) {
      this.#rest = text.slice(-MAX_LINE_CHARS);
      return;
    }
    const lines = text.split(LINE_END);
    this.#rest = (lines.pop() ?? '').slice(-MAX_LINE_CHARS);
    for (const line of lines) if (line) this.#onLine(line.slice(0, MAX_LINE_CHARS));
  }
}
