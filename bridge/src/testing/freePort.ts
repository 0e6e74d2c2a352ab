import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const canBindTcp = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer().once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });

const canBindUdp = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = createSocket('udp4').once('error', () => resolve(false));
    socket.bind(port, () => socket.close(() => resolve(true)));
  });

/** Returns a port for a program to listen on. It avoids the kernel's own range, which may be given to another test until the program is up. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = 10_000 + Math.floor(Math.random() * 10_000);
    if ((await canBindTcp(port)) && (await canBindUdp(port))) return port;
  }
}
