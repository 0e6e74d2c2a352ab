/** Longer lines are cut: a program without line ends must not fill the memory. */
const MAX_LINE_CHARS = 4096;
const LINE_END = /[\r\n]+/;

/** Text in chunks → lines (ended by CR or LF, as FFmpeg's progress is). */
export class LineSplitter {
  readonly #onLine: (line: string) => void;
  #rest = '';

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine;
  }

  /** Bytes are taken as Latin-1: what is parsed is ASCII, and a character cut in two by a chunk does no harm. */
  push(chunk: Buffer): void {
    const text = this.#rest + chunk.toString('latin1');
    // FFmpeg writes a line in several pieces: most chunks end none.
    if (!chunk.includes(10) && !chunk.includes(13)) {
      this.#rest = text.slice(-MAX_LINE_CHARS);
      return;
    }
    const lines = text.split(LINE_END);
    this.#rest = (lines.pop() ?? '').slice(-MAX_LINE_CHARS);
    for (const line of lines) if (line) this.#onLine(line.slice(0, MAX_LINE_CHARS));
  }
}
