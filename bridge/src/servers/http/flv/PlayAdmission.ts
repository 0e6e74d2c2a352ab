import type { IncomingMessage } from 'node:http';
import { LianmaiError, type StreamRef } from '@lianmai/protocol';
import { clientIp, readQueryParams, type Admission, type Gate } from '../../../hub/gate/index.js';
import type { Stream, StreamHub } from '../../../hub/stream/index.js';

export interface PlayAdmissionOptions {
  /** A request with `?wait=1` waits this long for its stream. */
  waitMs: number;
  /** Requests that may wait at the same time; more get NOT_FOUND at once. */
  maxWaiting: number;
}

/** Opens the stream in codecs that FLV players support. Throws UNSUPPORTED if it cannot be converted. */
export type OpenRendition = (source: Stream) => Stream;

export interface PlayAdmissionParts {
  gate: Gate;
  hub: StreamHub;
  openRendition: OpenRendition;
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
  #waiting = 0;

  constructor(parts: PlayAdmissionParts, options: PlayAdmissionOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** Throws the gate's error, or NOT_FOUND. */
  async admit({ app, name, protocol, message, signal }: FlvRequest): Promise<AdmittedPlay> {
    const params = readQueryParams(queryOf(message));
    const admission = await this.#parts.gate.admit({ action: 'play', app, name, protocol, ip: clientIp(message), params });
    try {
      signal.throwIfAborted();
      const source = this.#parts.hub.get({ app, name }) ?? (await this.#waitForStream({ app, name }, params, [signal, admission.signal]));
      return { stream: this.#parts.openRendition(source), admission };
    } catch (error) {
      admission.release();
      throw error;
    }
  }

  async #waitForStream(ref: StreamRef, params: Record<string, string>, signals: AbortSignal[]): Promise<Stream> {
    const { waitMs, maxWaiting } = this.#options;
    if (params['wait'] !== '1' || this.#waiting >= maxWaiting) throw notLive();
    this.#waiting++;
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(notLive()), waitMs);
    try {
      return await this.#parts.hub.whenPublished(ref, AbortSignal.any([timeout.signal, ...signals]));
    } finally {
      clearTimeout(timer);
      this.#waiting--;
    }
  }
}

const notLive = () => new LianmaiError('NOT_FOUND', undefined, { message: 'This stream is not live.' });

function queryOf({ url = '' }: IncomingMessage): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at + 1);
}
