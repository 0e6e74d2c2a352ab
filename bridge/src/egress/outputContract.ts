import type { Log, Secret } from '@lianmai/kit';
import type { z } from 'zod';
import type { AcceptedCodecs } from '../hub/renditions/index.js';
import type { Reader } from '../hub/stream/index.js';

/**
 * Sends a reader's tags to a destination. It runs once and fails with a LianmaiError whose code says whose fault it was; retries, totals and state belong to
 * its supervisor.
 */
export interface Output {
  /** A destination that takes nothing for this long is said to be stalled. Default: `STALL.tellMs`. */
  readonly stalledAfterMs?: number;
  /**
   * Connects and delivers until the stream ends, then resolves. When `signal` aborts, it ends the session as cleanly as the peer allows and settles within 2
   * s.
   */
  run(reader: Reader, signal: AbortSignal): Promise<void>;
  stats(): OutputStats;
}

export interface OutputStats {
  /** Bytes the peer has taken, as far as this machine can know. */
  bytesSent: number;
  /** Bytes handed over but not taken yet. Stalls are only detected while there are some. */
  queuedBytes: number;
  /** The peer's own word on what it has read, where the protocol has one: receipts so far, and bytes for which one should have come. */
  receipts?: { count: number; overdueBytes: number } | undefined;
}

/** The context of one run of an output. */
export interface OutputSession {
  /** To be called once, when the destination has accepted the stream. */
  onLive(): void;
  log: Log;
}

/** An output kind is one object. Its options schema covers the whole request, so that the studio can draw a form from it. */
export interface OutputKindDefinition<S extends z.ZodType> {
  kind: string;
  schemes: readonly string[];
  /** Codecs that destinations of this kind accept. The supervisor has others converted, or reports that it is impossible. */
  accepts: AcceptedCodecs;
  options: S;
  create(options: z.output<S>, session: OutputSession): Output;
  describe(options: z.output<S>): OutputDescription;
}

export interface OutputDescription {
  /** The destination in a form that people may see. */
  redactedUrl: string;
  /** Texts that no log, error or reply may contain, besides what `redact` finds by itself. */
  secrets: readonly Secret[];
}

/** A checked request. It creates a new Output for each run. */
export interface PreparedOutput extends OutputDescription {
  kind: string;
  accepts: AcceptedCodecs;
  create(session: OutputSession): Output;
}
