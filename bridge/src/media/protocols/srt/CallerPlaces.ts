import { KEPT_FOR_PUBLISHERS, Places, type Log, type PlaceRole } from '@lianmai/kit';

export interface CallerLimits {
  /** Callers that wait for their verdict or their key. */
  pending: number;
  pendingPerAddress: number;
  /** A tenth of these is kept free of players. */
  connections: number;
  connectionsPerAddress: number;
}

/** The two places of one caller. Both functions may be called twice. */
export interface CallerPlace {
  /** Gives back its place among those that wait. */
  endWait: () => void;
  giveBack: () => void;
}

/** Places of callers, taken before the verdict, so that many callers at once cannot pass the limits. */
export class CallerPlaces {
  readonly #waiting: Places;
  readonly #all: Places;

  constructor({ pending, pendingPerAddress, connections, connectionsPerAddress }: CallerLimits, log: Pick<Log, 'warn'> | undefined) {
    const shared = { log, keptForPublishers: KEPT_FOR_PUBLISHERS };
    this.#waiting = new Places({ ...shared, name: 'SRT callers that connect', total: pending, perAddress: pendingPerAddress });
    const all = { name: 'SRT callers', setting: 'srt.maxPerAddress', total: connections, perAddress: connectionsPerAddress };
    this.#all = new Places({ ...shared, ...all });
  }

  /** Returns null when there is none, which is logged. */
  take(address: string, role: PlaceRole): CallerPlace | null {
    let endWait: () => void = () => undefined;
    try {
      endWait = this.#waiting.take(address, role);
      return { endWait, giveBack: this.#all.take(address, role) };
    } catch {
      endWait();
      return null;
    }
  }
}
