import { LianmaiError } from '@lianmai/protocol';
import { openTcp, type AddressGuard } from '../../runtime/outbound/index.js';
import { encodeAmf, FLV_TYPE, isMetadata, type FlvTag } from '../../media/formats/index.js';
import { type RtmpMessage } from '../../media/protocols/rtmp/index.js';
import type { PublishClient } from '../deliver.js';
import { readStatus, rejected, rejectionOf, type RtmpStatus } from './rejections.js';
import { RtmpClientConnection } from './RtmpClientConnection.js';
import type { RtmpTarget } from './rtmpUrl.js';

export interface PublishClientOptions {
  guard: AddressGuard;
  insecureTls: boolean;
  /** From the first packet until the stream is accepted. */
  timeoutMs: number;
  signal: AbortSignal;
}

const FLASH_VERSION = 'FMLE/3.0 (compatible; Lianmai)';
/** Different chunk streams, so that a server may interleave what it forwards. */
const CHUNK_STREAM: Record<FlvTag['kind'], number> = { audio: 4, video: 6, data: 5 };
const SET_DATA_FRAME = encodeAmf('@setDataFrame');

/** Publishes one stream to a server, from the connection to FCUnpublish. */
export class RtmpPublishClient implements PublishClient {
  readonly #connection: RtmpClientConnection;
  readonly #streamId: number;
  readonly #target: RtmpTarget;
  /** Time of the first media tag, because a session starts at 0. */
  #originMs: number | null = null;

  private constructor(connection: RtmpClientConnection, streamId: number, target: RtmpTarget) {
    this.#connection = connection;
    this.#streamId = streamId;
    this.#target = target;
    connection.onStatus = (status) => {
      if (status.isError) connection.abort(endedByServer(status));
    };
  }

  /** Resolves when the server has accepted the stream. */
  static async open(target: RtmpTarget, { guard, insecureTls, timeoutMs, signal }: PublishClientOptions): Promise<RtmpPublishClient> {
    const timeout = new AbortController();
    const timer = setTimeout(() => timeout.abort(noAnswer()), timeoutMs);
    const limit = AbortSignal.any([signal, timeout.signal]);
    try {
      const host = await guard.check(target.host, limit);
      const tls = target.scheme === 'rtmps' ? { verify: !insecureTls } : undefined;
      const connection = new RtmpClientConnection(await openTcp(host, { port: target.port, tls, signal: limit }));
      const giveUp = () => connection.abort(limit.reason as LianmaiError);
      limit.addEventListener('abort', giveUp, { once: true });
      try {
        return new RtmpPublishClient(connection, await negotiate(connection, target), target);
      } catch (error) {
        connection.abort(error as LianmaiError);
        throw error;
      } finally {
        limit.removeEventListener('abort', giveUp);
      }
    } finally {
      clearTimeout(timer);
    }
  }

  get lost(): AbortSignal {
    return this.#connection.lost;
  }

  get bytesSent(): number {
    return this.#connection.bytesSent;
  }

  get queuedBytes(): number {
    return this.#connection.queuedBytes;
  }

  get receipts(): { count: number; overdueBytes: number } {
    return this.#connection.receipts;
  }

  /** Sends all tags in one merged write. */
  send(tags: readonly FlvTag[]): void {
    this.#originMs ??= tags.find((tag) => tag.kind !== 'data' && !tag.isConfig)?.dtsMs ?? null;
    this.#connection.sendMerged(tags.map((tag) => [CHUNK_STREAM[tag.kind], this.#messageOf(tag)] as const));
  }

  drained(signal: AbortSignal): Promise<void> {
    return this.#connection.drained(signal);
  }

  /** Unpublishes and closes, so that the server frees the name and tells its viewers. Gives up after `withinMs`. */
  async end(withinMs: number): Promise<void> {
    const key = this.#target.streamKey.reveal();
    this.#connection.tell(0, 'FCUnpublish', null, key);
    this.#connection.tell(0, 'deleteStream', null, this.#streamId);
    await this.#connection.end(withinMs);
  }

  abort(reason: LianmaiError): void {
    this.#connection.abort(reason);
  }

  #messageOf(tag: FlvTag): RtmpMessage {
    const { kind, body, dtsMs } = tag;
    return {
      typeId: FLV_TYPE[kind],
      streamId: this.#streamId,
      timestampMs: Math.max(0, dtsMs - (this.#originMs ?? dtsMs)),
      body: isMetadata(tag) ? Buffer.concat([SET_DATA_FRAME, body]) : body,
    };
  }
}

/** connect, createStream, publish. Returns the message stream's id once the server has said Publish.Start. */
async function negotiate(connection: RtmpClientConnection, { app, tcUrl, streamKey }: RtmpTarget): Promise<number> {
  const key = streamKey.reveal();
  await connection.handshake();
  await connection.call('connect', { app, type: 'nonprivate', flashVer: FLASH_VERSION, swfUrl: tcUrl, tcUrl });
  connection.tell(0, 'releaseStream', null, key);
  connection.tell(0, 'FCPublish', null, key);
  const [streamId] = await connection.call('createStream', null);
  if (typeof streamId !== 'number') throw rejectionOf(readStatus(undefined));
  await accepted(connection, () => connection.tell(streamId, 'publish', null, key, 'live'));
  return streamId;
}

/** A server that closes instead of answering `publish` probably rejects the key: many have no other way to say so. */
function accepted(connection: RtmpClientConnection, publish: () => void): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.onStatus = (status) => {
      if (status.isError) reject(rejectionOf(status));
      else if (status.code === 'NetStream.Publish.Start') resolve();
    };
    connection.lost.addEventListener('abort', () => reject(silentRefusal(connection.lost.reason)), { once: true });
    publish();
  });
}

const silentRefusal = (reason: unknown) =>
  reason instanceof LianmaiError && reason.code === 'DESTINATION_CLOSED'
    ? rejected('The destination closed the connection instead of accepting the stream. Check the stream key.')
    : reason;

const noAnswer = () => new LianmaiError('DESTINATION_UNREACHABLE', undefined, { message: 'The destination does not answer.' });

const endedByServer = ({ code, description }: RtmpStatus) =>
  new LianmaiError('DESTINATION_CLOSED', undefined, { message: `The destination ended the stream (${description || code}).` });
