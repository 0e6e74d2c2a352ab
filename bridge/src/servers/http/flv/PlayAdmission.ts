import type { IncomingMessage } from 'node:http';
import { Places, type Log } from '@lianmai/kit';
import { LianmaiError, type StreamRef } from '@lianmai/protocol';
import { clientIp, readQueryParams, type Admission, type Gate } from '../../../hub/gate/index.js';
import type { Stream, StreamHub } from '../../../hub/stream/index.js';

export interface PlayAdmissionOptions {
  /** A request with `?wait=1` waits this long for its stream. */
  waitMs: number;
  /** Requests that may wait at the same time; more get NOT_FOUND at once. */
  maxWaiting: number;
  /** Of these, how many one address may have. */
  maxWaitingPerAddress: number;
  /** Players of one address. */
  maxPerAddress: number;
}

/** Opens the stream in codecs that FLV players support. Throws UNSUPPORTED if it cannot be converted. */
export type OpenRendition = (source: Stream) => Stream;

export interface PlayAdmissionParts {
  gate: Gate;
  hub: StreamHub;
  openRendition: OpenRendition;
  log: Log;
}

export interface FlvRequest {
  app: string;
  name: string;
  protocol: 'flv' | 'wsFlv';
  message: IncomingMessage;
  /** Aborts when the client disconnects. */
  signal: AbortSignal;
}

export interface AdmittedPlay {
  stream: Stream;
  /** The caller releases it when the playback ends. */
  admission: Admission;
}

/** Admits FLV players over HTTP and WebSocket: asks the gate, then finds the stream or waits for it. */
export class PlayAdmission {
  readonly #parts: PlayAdmissionParts;
  readonly #options: PlayAdmissionOptions;
  readonly #players: Places;
  readonly #waiting: Places;

  constructor(parts: PlayAdmissionParts, options: PlayAdmissionOptions) {
    this.#parts = parts;
    this.#options = options;
    const { log } = parts;
    const { maxPerAddress, maxWaiting, maxWaitingPerAddress } = options;
    this.#players = new Places({ name: 'FLV players', setting: 'origin.maxPerAddress', total: Infinity, perAddress: maxPerAddress, log });
    this.#waiting = new Places({ name: 'FLV players that wait for a stream', total: maxWaiting, perAddress: maxWaitingPerAddress, log });
  }

  /** Throws the gate's error, NOT_FOUND, or RATE_LIMITED for an address with too many players. */
  async admit({ app, name, protocol, message, signal }: FlvRequest): Promise<AdmittedPlay> {
    const params = readQueryParams(queryOf(message));
    const ip = clientIp(message);
    const giveBack = this.#players.take(ip);
    let admission: Admission | null = null;
    try {
      const admitted = (admission = await this.#parts.gate.admit({ action: 'play', app, name, protocol, ip, params }));
      signal.throwIfAborted();
      const live = this.#parts.hub.get({ app, name });
      const source = live ?? (await this.#waitForStream({ app, name }, { ip, params }, [signal, admitted.signal]));
      const stream = this.#parts.openRendition(source);
      // A socket that closes during the admission has aborted `signal`.
      signal.throwIfAborted();
      signal.addEventListener('abort', giveBack, { once: true });
      return { stream, admission: admitted };
    } catch (error) {
      admission?.release();
      giveBack();
      throw error;
    }
  }

  /** Throws NOT_FOUND at once when too many wait. */
  async #waitForStream(
    ref: StreamRef,
    { ip, params }: { ip: string; params: Record<string, string> },
    signals: AbortSignal[],
  ): Promise<Stream> {
    if (params['wait'] !== '1') throw notLive();
    const endWait = this.#takeWait(ip);
    const { waitMs } = this.#options;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(notLive()), waitMs);
    try {
      return await this.#parts.hub.whenPublished(ref, AbortSignal.any([timeout.signal, ...signals]));
    } finally {
      clearTimeout(timer);
      endWait();
    }
  }

  #takeWait(ip: string): () => void {
    try {
      return this.#waiting.take(ip);
    } catch {
      throw notLive(); // logged
    }
  }
}

const notLive = () => new LianmaiError('NOT_FOUND', undefined, { message: 'This stream is not live.' });

function queryOf({ url = '' }: IncomingMessage): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at + 1);
}
