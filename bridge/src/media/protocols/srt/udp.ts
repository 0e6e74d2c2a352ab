import { createSocket, type RemoteInfo, type Socket } from 'node:dgram';
import { isIPv6 } from 'node:net';

/** A few hundred milliseconds of many streams; the kernel may grant less (net.core.rmem_max). */
const BUFFER_BYTES = 4 * 1024 * 1024;

/** Datagrams the kernel does not take wait in memory. Above this they are lost, as on any network. */
const MAX_UNSENT_BYTES = 16 * 1024 * 1024;

/** A bound UDP socket that sends without resolving addresses. */
export interface UdpSocket {
  readonly port: number;
  /** Buffer sizes that the kernel granted. */
  readonly receiveBufferBytes: number;
  readonly sendBufferBytes: number;
  send(parts: readonly Buffer[], to: { address: string; port: number }): void;
  close(): Promise<void>;
}

interface UdpOptions {
  port: number;
  /** Default: every address, IPv6 and IPv4. */
  host?: string | undefined;
  onMessage: (datagram: Buffer, from: RemoteInfo) => unknown;
}

/** Rejects with the system's error, e.g. EADDRINUSE. */
export async function openUdpSocket(options: UdpOptions): Promise<UdpSocket> {
  const { host } = options;
  if (host !== undefined) return bind(options, isIPv6(host) ? 6 : 4, host);
  try {
    return await bind(options, 6, '::');
  } catch (error) {
    if (!NO_IPV6.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
    return bind(options, 4, '0.0.0.0');
  }
}

const NO_IPV6 = new Set(['EAFNOSUPPORT', 'EADDRNOTAVAIL', 'EINVAL', 'EPROTONOSUPPORT']);

async function bind({ port, onMessage }: UdpOptions, family: 4 | 6, host: string): Promise<UdpSocket> {
  const socket = createSocket({ type: `udp${family}`, lookup: (address, _options, found) => found(null, address, family) });
  socket.on('message', onMessage);
  await new Promise<void>((resolve, reject) => {
    socket.once('error', reject);
    socket.bind(port, host, resolve);
  }).catch((error: unknown) => {
    socket.close();
    throw error;
  });
  socket.removeAllListeners('error');
  socket.on('error', () => undefined); // concerns one datagram: SRT copes with loss
  widen(socket);
  return {
    port: socket.address().port,
    receiveBufferBytes: socket.getRecvBufferSize(),
    sendBufferBytes: socket.getSendBufferSize(),
    send(parts, to) {
      if (socket.getSendQueueSize() < MAX_UNSENT_BYTES) socket.send(parts, to.port, to.address, ignore);
    },
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };
}

const ignore = () => undefined;

function widen(socket: Socket): void {
  try {
    socket.setRecvBufferSize(BUFFER_BYTES);
    socket.setSendBufferSize(BUFFER_BYTES);
  } catch {
    // the default will have to do
  }
}
