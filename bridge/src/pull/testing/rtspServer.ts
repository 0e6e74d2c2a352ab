import { spawn } from 'node:child_process';
import { createSocket, type Socket as UdpSocket } from 'node:dgram';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';
import type { Closable } from '@lianmai/kit';

export interface RtspServer extends Closable {
  url: string;
  /** How many there have been. */
  connections(): number;
}

/** A camera for tests: RTSP 1.0 (RFC 2326) over TCP with interleaved RTP, made by a real FFmpeg from a file. `transport` replaces its answer to SETUP. */
export async function serveRtsp(file: string, { transport }: { transport?: string } = {}): Promise<RtspServer> {
  const udp = await Promise.all([openUdp(), openUdp()]);
  const sockets = new Set<Socket>();
  const { sdp, child } = await startFfmpeg(file, udp.map((socket) => socket.address().port)); // prettier-ignore
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    sockets.add(socket.on('error', () => undefined).on('close', () => sockets.delete(socket)));
    let text = '';
    socket.on('data', (chunk: Buffer) => {
      text += chunk.toString('latin1');
      for (let end = text.indexOf('\r\n\r\n'); end >= 0; end = text.indexOf('\r\n\r\n')) {
        answer(socket, { request: text.slice(0, end), sdp, udp, transport });
        text = text.slice(end + 4);
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `rtsp://127.0.0.1:${(server.address() as AddressInfo).port}/ch1`,
    connections: () => connections,
    close() {
      child.kill('SIGKILL');
      for (const socket of sockets) socket.destroy();
      for (const socket of udp) socket.close();
      server.close();
    },
  };
}

function openUdp(): Promise<UdpSocket> {
  const socket = createSocket('udp4');
  return new Promise((resolve) => socket.bind(0, '127.0.0.1', () => resolve(socket)));
}

async function startFfmpeg(file: string, ports: readonly number[]) {
  const [video = 0, audio = 0] = ports;
  const rtp = (map: string, port: number) => ['-map', map, '-c', 'copy', '-f', 'rtp', `rtp://127.0.0.1:${port}`];
  const child = spawn('ffmpeg', ['-v', 'error', '-re', '-stream_loop', '-1', '-i', file, ...rtp('0:v', video), ...rtp('0:a', audio), '-sdp_file', 'pipe:1']); // prettier-ignore
  let sdp = '';
  await new Promise<void>((resolve) => {
    child.stdout.on('data', (chunk: Buffer) => {
      sdp += chunk.toString();
      if ((sdp.match(/^m=/gm) ?? []).length === 2 && sdp.includes('config=')) resolve();
    });
  });
  const tracks = sdp.split(/^(?=m=)/m);
  return { child, sdp: tracks.map((part, index) => (index === 0 ? part : `${part.trimEnd()}\r\na=control:track${index}\r\n`)).join('') };
}

interface Asked {
  request: string;
  sdp: string;
  udp: readonly UdpSocket[];
  transport: string | undefined;
}

function answer(socket: Socket, { request, sdp, udp, transport }: Asked): void {
  const [method, url = ''] = request.split(' ');
  const cseq = /^CSeq: *(\d+)/im.exec(request)?.[1] ?? '0';
  const reply = (headers: string, body = '') => socket.write(`RTSP/1.0 200 OK\r\nCSeq: ${cseq}\r\nSession: 1\r\n${headers}\r\n${body}`);
  if (method === 'DESCRIBE') {
    reply(`Content-Type: application/sdp\r\nContent-Base: ${url}/\r\nContent-Length: ${sdp.length}\r\n`, sdp);
    return;
  }
  if (method !== 'SETUP') {
    reply('Public: DESCRIBE, SETUP, PLAY\r\n');
    return;
  }
  const track = Number(/track(\d)/.exec(url)?.[1] ?? 1) - 1;
  reply(`Transport: ${transport ?? `RTP/AVP/TCP;unicast;interleaved=${track * 2}-${track * 2 + 1}`}\r\n`);
  const forward = (packet: Buffer) =>
    socket.write(Buffer.concat([Buffer.from([0x24, track * 2, packet.length >> 8, packet.length & 0xff]), packet]));
  udp[track]?.on('message', forward);
  socket.on('close', () => udp[track]?.off('message', forward));
}
