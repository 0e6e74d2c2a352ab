import type { LogLevel } from '@lianmai/kit';
import type { Rejection, RotationOptions, StreamIdRequest } from '../../media/protocols/srt/index.js';

export interface SrtThreadJob {
  port: number;
  /** Default: every address. */
  host?: string;
  latencyMs: number;
  rotation?: RotationOptions;
  logLevel: LogLevel;
}

/** Since the thread has started, in packets. */
export interface SrtTotals {
  /** Sent once more, to players. */
  resent: number;
  /** From publishers: holes that were seen, whether they were filled or not. */
  lost: number;
  /** Given up, in either direction: never delivered. */
  dropped: number;
}

/** `id` is one caller, from its question to its end. `playFeed` is one stream for all its SRT players. */
export type ToSrtThread =
  | { kind: 'start'; job: SrtThreadJob }
  | { kind: 'admitted'; id: number; passphrase: string | null }
  | { kind: 'accepted'; id: number; playFeed: number | null }
  | { kind: 'rejected'; id: number; rejection: Rejection }
  | { kind: 'hangUp'; id: number }
  /** Tags of a publisher that main has written to the hub, in bytes of mail. */
  | { kind: 'tagsTaken'; id: number; bytes: number }
  | { kind: 'media'; playFeed: number; bytes: ArrayBuffer }
  | { kind: 'mediaEnded'; playFeed: number }
  | { kind: 'close' };

export type FromSrtThread =
  | { kind: 'listening'; port: number; receiveBufferBytes: number; sendBufferBytes: number }
  | { kind: 'failed'; code: string; message: string }
  /** May this caller come in? */
  | { kind: 'asked'; id: number; request: StreamIdRequest; ip: string; silentPublisher: number | null }
  /** It has proved its passphrase: take the stream, or join its players. */
  | { kind: 'proved'; id: number }
  | { kind: 'tags'; id: number; bytes: ArrayBuffer }
  | { kind: 'ended'; id: number; reason: string; isFinal: boolean }
  | { kind: 'mediaTaken'; playFeed: number; bytes: number }
  /** Once a second: media bytes that were sent to each player, and packets of all connections so far. */
  | { kind: 'measured'; sent: { id: number; bytes: number }[]; totals: SrtTotals }
  | { kind: 'closed' };
