import type { LogLevel } from '@lianmai/kit';
import type { Rejection, RotationOptions, SrtMultiplexerLimits, StreamIdRequest } from '../../media/protocols/srt/index.js';

export interface SrtThreadJob {
  port: number;
  /** Default: all addresses. */
  host?: string;
  latencyMs: number;
  rotation?: RotationOptions;
  limits?: Partial<SrtMultiplexerLimits>;
  logLevel: LogLevel;
}

/** Packet totals since the thread started. */
export interface SrtTotals {
  /** Retransmitted to players. */
  resent: number;
  /** Losses detected from publishers, whether recovered or not. */
  lost: number;
  /** Given up in either direction: never delivered. */
  dropped: number;
}

/** `id` identifies one caller for its lifetime. `playFeed` identifies one stream for all its SRT players. */
export type ToSrtThread =
  | { kind: 'start'; job: SrtThreadJob }
  | { kind: 'admitted'; id: number; passphrase: string | null }
  | { kind: 'accepted'; id: number; playFeed: number | null }
  | { kind: 'rejected'; id: number; rejection: Rejection }
  | { kind: 'disconnect'; id: number }
  /** The main thread has written this many bytes of a publisher's tags to the hub. */
  | { kind: 'tagsWritten'; id: number; bytes: number }
  | { kind: 'media'; playFeed: number; bytes: ArrayBuffer }
  | { kind: 'mediaEnded'; playFeed: number }
  | { kind: 'close' };

export type FromSrtThread =
  /** Sent once, before the job. */
  | { kind: 'loaded' }
  | { kind: 'listening'; port: number; tid: number | undefined; receiveBufferBytes: number; sendBufferBytes: number }
  | { kind: 'failed'; code: string; message: string }
  /** Asks whether this caller may connect. */
  | { kind: 'admissionRequested'; id: number; request: StreamIdRequest; ip: string; silentPublisher: number | null }
  /** The caller has proved its passphrase and now publishes the stream or joins its players. */
  | { kind: 'authenticated'; id: number }
  | { kind: 'tags'; id: number; bytes: ArrayBuffer }
  | { kind: 'ended'; id: number; reason: string; isFinal: boolean }
  | { kind: 'mediaReceived'; playFeed: number; bytes: number }
  /** Once a second: media bytes sent to each player, and packet totals of all connections. */
  | { kind: 'measured'; sent: { id: number; bytes: number }[]; totals: SrtTotals }
  | { kind: 'closed' };
