import type { Duplex } from 'node:stream';

/** Refuses a request for an upgrade with an error and closes the connection, whatever its peer does. */
export function refuseUpgrade(socket: Duplex, status: '404 Not Found' | '429 Too Many Requests' | '503 Service Unavailable'): void {
  socket.on('error', () => socket.destroy());
  if (!socket.writable) return void socket.destroy();
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}
