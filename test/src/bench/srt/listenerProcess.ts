/** `node listenerProcess.ts PORT LATENCY_MS smooth|prompt`: accepts every publisher on a UDP port and writes its payload to standard output. Used by `npm run bench -- srt`. */
import { SrtMultiplexer, openUdpSocket, type UdpSocket } from '../../../../bridge/src/media/protocols/srt/index.js';

const [port = '0', latencyMs = '120', delivery = 'smooth'] = process.argv.slice(2);
let socket: UdpSocket | null = null;

const listener = new SrtMultiplexer<null>({
  latencyMs: Number(latencyMs),
  delivery: delivery === 'prompt' ? 'prompt' : 'smooth',
  now: () => performance.now() * 1000,
  send: (parts, to) => socket?.send(parts, to),
  decide: () => Promise.resolve({ accept: true, passphrase: null, client: null }),
  onFailed: () => undefined,
  onConnection: () => undefined,
  onPayload: (_client, payload) => process.stdout.write(payload),
  onEnd: () => undefined,
});
socket = await openUdpSocket({ port: Number(port), host: '127.0.0.1', onMessage: (datagram, from) => listener.receive(datagram, from) });
setInterval(() => listener.tick(), 10);
