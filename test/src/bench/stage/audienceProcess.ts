/**
 * A process of people in a room's audience (`attend`) who read the chat, and of some who write and ask to come up. It reads an AudienceJob from the first
 * line of its standard input and prints a line when all are there. The second line is the time to begin (ms of the system's monotonic clock, the same in
 * all processes): it sends at scheduled times, and prints its figures as a line of JSON at the end.
 */
import { createInterface } from 'node:readline';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';

export const AudienceJob = z.object({
  url: z.string(),
  /** One each. */
  tokens: z.array(z.string()),
  /** Loopback address that the first connection comes from; every 500 the next one, because the server limits what one address may have. */
  firstAddress: z.number().int(),
  /** The request to send once connected; empty: none, as in the floor. */
  hello: z.string(),
  seconds: z.number(),
  chatPerSecond: z.number(),
  requestsPerSecond: z.number(),
});
export type AudienceJob = z.infer<typeof AudienceJob>;

const PER_ADDRESS = 500;
const CONNECTING_AT_ONCE = 25;
const LAST_DELIVERY_MS = 5000;
const now = () => Number(process.hrtime.bigint()) / 1e6;

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();
const job = AudienceJob.parse(JSON.parse(String((await lines.next()).value)));
const sockets: Socket[] = [];
const latencies: number[] = [];
let received = 0;
let disconnects = 0;
let refused = 0;

interface Frame {
  name: string;
  data: { changes?: { type: string; message?: { text: string } }[] };
}

function connect(token: string, index: number): Promise<Socket> {
  const localAddress = `127.0.0.${job.firstAddress + Math.floor(index / PER_ADDRESS)}`;
  const options = { auth: { token }, transports: ['websocket'], reconnection: false, forceNew: true, localAddress };
  const socket = io(job.url, options as Parameters<typeof io>[1]);
  socket.on('event', ({ name, data }: Frame) => {
    if (name !== 'chatBatch') return;
    const at = now();
    for (const { message } of data.changes ?? []) {
      const sentAt = Number(message?.text.split(' ')[0]);
      if (!Number.isFinite(sentAt)) continue;
      received++;
      latencies.push(at - sentAt);
    }
  });
  return new Promise((resolve, reject) => {
    socket.once('connect_error', reject);
    socket.once('connect', () => {
      socket.on('disconnect', () => disconnects++);
      if (!job.hello) return resolve(socket);
      socket.emit('request', { name: job.hello, data: {} }, (answer: { ok: boolean }) =>
        answer.ok ? resolve(socket) : reject(new Error(JSON.stringify(answer))),
      );
    });
  });
}

async function connectAll(): Promise<void> {
  let next = 0;
  const one = async () => {
    for (let index = next++; index < job.tokens.length; index = next++) sockets[index] = await connect(job.tokens[index] ?? '', index);
  };
  await Promise.all(Array.from({ length: CONNECTING_AT_ONCE }, one));
}

/** Calls `task` with each of its scheduled times, however late the process is: a late message counts from when it was due. */
function atRate(perSecond: number, beginMs: number, task: (index: number, dueMs: number) => void): void {
  const count = Math.round(perSecond * job.seconds);
  const send = (index: number) => {
    for (; index < count; index++) {
      const dueMs = beginMs + (index * 1000) / perSecond;
      if (dueMs > now()) {
        setTimeout(() => send(index), dueMs - now());
        return;
      }
      task(index, dueMs);
    }
  };
  send(0);
}

const noteRefusal = ({ ok }: { ok: boolean }) => {
  if (!ok) refused++;
};

await connectAll();
console.log('ready');
const beginMs = Number((await lines.next()).value);
const pick = (index: number) => sockets[(index * 7919) % sockets.length];
atRate(job.chatPerSecond, beginMs, (index, dueMs) =>
  pick(index)?.emit('request', { name: 'sendChat', data: { text: `${dueMs} hello`, nonce: String(index) } }, noteRefusal),
);
// Half of the requests ask to come up, and the other half take that back a second later.
atRate(job.requestsPerSecond / 2, beginMs, (index) => {
  const socket = pick(index * 3 + 1);
  socket?.emit('request', { name: 'requestStage', data: { message: 'may I?' } }, noteRefusal);
  setTimeout(() => socket?.emit('request', { name: 'cancelStageRequest', data: {} }, noteRefusal), 1000);
});
setTimeout(
  () => {
    latencies.sort((a, b) => a - b);
    process.stdout.write(`${JSON.stringify({ received, disconnects, refused, latencies: sample(latencies) })}\n`);
  },
  beginMs - now() + job.seconds * 1000 + LAST_DELIVERY_MS,
);

/** Enough for percentiles of all processes together: every value's rank is kept. */
function sample(sorted: readonly number[]): number[] {
  const step = Math.max(1, Math.floor(sorted.length / 20_000));
  return sorted.filter((_, index) => index % step === 0 || index > sorted.length - 100);
}
