import type { MediaTag, Reader } from '../hub/stream/index.js';

/** A connection to a destination that has accepted the stream. */
export interface PublishClient {
  /** Aborts with a LianmaiError when the client can no longer be used. */
  readonly lost: AbortSignal;
  send(tags: readonly MediaTag[]): void;
  /** Resolves when there is room for more. */
  drained(signal: AbortSignal): Promise<void>;
  /** Ends the session cleanly: what is queued goes out first, for `withinMs` at most or until `signal` aborts. */
  end(withinMs: number, signal?: AbortSignal): Promise<void>;
}

interface DeliverOptions {
  signal: AbortSignal;
  /** For the end when the stream has ended. */
  flushMs: number;
  /** For the end when somebody waits for it. */
  hurryMs: number;
}

/** Sends everything the reader gives, then ends the session. Throws when the client is lost or `signal` aborts. */
export async function deliver(reader: Reader, client: PublishClient, { signal, flushMs, hurryMs }: DeliverOptions): Promise<void> {
  const running = AbortSignal.any([signal, client.lost]);
  try {
    for (let tags = await reader.read(running); tags; tags = await reader.read(running)) {
      client.send(tags);
      await client.drained(running);
    }
    await client.end(flushMs, running);
  } catch (error) {
    if (!client.lost.aborted) await client.end(hurryMs);
    throw error;
  }
}
