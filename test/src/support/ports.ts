import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';

const canBindTcp = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, () => server.close(() => resolve(true)));
  });

const canBindUdp = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = createSocket('udp4');
    socket.once('error', () => resolve(false));
    socket.bind(port, () => socket.close(() => resolve(true)));
  });

/** The first of `count` consecutive ports that are free for TCP and UDP. Chosen at random, below the kernel's ephemeral range. */
export async function freePorts(count = 1): Promise<number> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const first = 20_000 + Math.floor(Math.random() * 12_000);
    const ports = Array.from({ length: count }, (_, index) => first + index);
    const free = await Promise.all(ports.map(async (port) => (await canBindTcp(port)) && (await canBindUdp(port))));
    if (free.every(Boolean)) return first;
  }
  throw new Error('no free ports found');
}
