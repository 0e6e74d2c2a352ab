import type { Log, Secret } from '@lianmai/kit';
import type { z } from 'zod';
import type { AcceptedCodecs } from '../hub/renditions/index.js';
import type { Reader } from '../hub/stream/index.js';

/**
 * Where a reader's tags go. Dumb on purpose: it runs once and fails with a LianmaiError whose code says whose fault it was; retrying, totals and
 * state are its supervisor's.
 */
export interface Output {
  /**
   * Connects and delivers until the stream ends, then resolves. When `signal` aborts it ends the session as cleanly as the peer lets it and
   * settles within 2 s, either way.
   */
  run(reader: Reader, signal: AbortSignal): Promise<void>;
  stats(): OutputStats;
}

export interface OutputStats {
  /** Bytes the peer has taken, as far as this machine can know. */
  bytesSent: number;
  /** Bytes handed over that wait to be taken: the watchdog counts only while there are some. */
  queuedBytes: number;
}

/** What a kind gets for one run. */
export interface OutputSession {
  /** To be called once, when the destination has accepted the stream. */
  onLive(): void;
  log: Log;
}

/** An output kind is one object. Its options schema takes the whole request, so that the studio can draw a form from it. */
export interface OutputKindDefinition<S extends z.ZodType> {
  kind: string;
  schemes: readonly string[];
  /** What destinations of this kind can take: its supervisor has the rest made into it, or says that there is no way. */
  accepts: AcceptedCodecs;
  options: S;
  create(options: z.output<S>, session: OutputSession): Output;
  describe(options: z.output<S>): OutputDescription;
}

export interface OutputDescription {
  /** The destination as people may see it. */
  redactedUrl: string;
  /** Texts that no log, error or answer may contain, beside what `redact` finds by itself. */
  secrets: readonly Secret[];
}

/** A checked request: a new Output for each run. */
export interface PreparedOutput extends OutputDescription {
  kind: string;
  accepts: AcceptedCodecs;
  create(session: OutputSession): Output;
}
