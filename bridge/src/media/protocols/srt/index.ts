/**
 * SRT in live mode as pure state machines (draft-sharabayko-srt): datagrams and time come in by calls, datagrams and payloads go out through functions. There
 * are no sockets, timers or streams: those belong to the server and the output. `SrtMultiplexer` holds many callers on one port, `SrtCaller` is the other
 * side, and `SrtConnection` is what both have once they agree: an `SrtReceiver` (order, loss reports, timely delivery) or an `SrtSender` (retransmission,
 * dropping late packets).
 *
 * Rejected on purpose: versions before 1.3, file mode, bonding, packet filters. Payloads go one way only, because both ways share one keystream.
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
