import type { IncomingMessage } from 'node:http';
import { LianmaiError, type StreamRef } from '@lianmai/protocol';
import { clientIp, readQueryParams, type Admission, type Gate } from '../../../hub/gate/index.js';
import type { Stream, StreamHub } from '../../../hub/stream/index.js';

export interface PlayAdmissionOptions {
  /** Who asks with `?wait=1` gets the stream when it comes, within this time. */
  waitMs: number;
  /** At the same time; others are told at once that it is not there. */
  maxWaiting: number;
}

/** The stream as FLV players can take it. Throws UNSUPPORTED where there is no way. */
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
  /** Aborts when the client is gone. */
  signal: AbortSignal;
}

export interface AdmittedPlay {
  stream: Stream;
  /** To be released when it is over. */
  admission: Admission;
}

/** The way in for FLV players, over HTTP and WebSocket alike: the gate, then the stream, now or when it comes. */
export class PlayAdmission {
  readonly #parts: PlayAdmissionParts;
  readonly #options: PlayAdmissionOptions;
  #waiting = 0;

  constructor(parts: PlayAdmissionParts, options: PlayAdmissionOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /** Throws what the gate throws, and NOT_FOUND. */
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
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(notLive()), waitMs);
    try {
      return await this.#parts.hub.whenPublished(ref, AbortSignal.any([late.signal, ...signals]));
    } finally {
      clearTimeout(timer);
      this.#waiting--;
    }
  }
}

const notLive = () => new LianmaiError('NOT_FOUND', undefined, { message: 'There is no such stream at the moment.' });

function queryOf({ url = '' }: IncomingMessage): string {
  const at = url.indexOf('?');
  return at < 0 ? '' : url.slice(at + 1);
}
