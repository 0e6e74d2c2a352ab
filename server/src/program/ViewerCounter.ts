import type { PlayProtocol, Viewers } from '@lianmai/protocol';

export interface ViewerCounterOptions {
  /** Number of the program's players by protocol. */
  players(): Partial<Record<PlayProtocol, number>>;
  /** People in the room's audience, who watch the stage itself. */
  inRoom(): number;
}

/** Counts everybody who watches a room, and remembers the most while its program has been on. The one count for pages and the API. */
export class ViewerCounter {
  readonly #options: ViewerCounterOptions;
  #peak = 0;

  constructor(options: ViewerCounterOptions) {
    this.#options = options;
  }

  read(): Viewers {
    const byProtocol = withoutZeros({ room: this.#options.inRoom(), ...this.#options.players() });
    const total = Object.values(byProtocol).reduce((sum, count) => sum + count, 0);
    this.#peak = Math.max(this.#peak, total);
    return { total, peak: this.#peak, byProtocol };
  }
}

const withoutZeros = (counts: Viewers['byProtocol']): Viewers['byProtocol'] =>
  Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0));
