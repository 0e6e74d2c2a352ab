/**
 * SRT, live mode, as pure state machines (draft-sharabayko-srt): datagrams and time come in by calls, datagrams and payloads go out by functions. No sockets,
 * no timers, no streams: those are the listener's and the output's. `Listener` holds many callers on one port, `Caller` is the other side, `Connection` what
 * both have once they agree: a Receiver (order, loss reports, delivery in time) or a Sender (retransmission, dropping what is late).
 *
 * Refused on purpose: versions before 1.3, file mode, bonding, packet filters. Payload goes one way only: both ways share one keystream.
 */
export { SrtCaller, type SrtCallerOptions } from './SrtCaller.js';
export { SrtConnection, type EndReason } from './SrtConnection.js';
export { isKeyBytes, MAX_PASSPHRASE_BYTES, MIN_PASSPHRASE_BYTES, type KeyBytes } from './keyMaterial.js';
export type { RotationOptions } from './KeyRotation.js';
export {
  SrtMultiplexer,
  type SrtMultiplexerLimits,
  type SrtMultiplexerOptions,
  type RemoteAddress,
  type Verdict,
} from './SrtMultiplexer.js';
export { MAX_STREAM_ID_BYTES } from './handshake.js';
export { MediaRate } from './MediaRate.js';
export { PacedQueue } from './PacedQueue.js';
export { rejectionOfError, type Rejection } from './rejection.js';
export type { ReceiverStats, SenderStats } from './stats.js';
export type { StreamIdRequest } from './streamId.js';
export { TsPayloads } from './TsPayloads.js';
export { openUdpSocket, type UdpSocket } from './udp.js';
