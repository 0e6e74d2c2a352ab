import { spawn, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { io, type Socket } from 'socket.io-client';
import { z } from 'zod';
import { cpuSeconds, rssMb } from '../../support/processes.js';
import { System } from '../../support/index.js';
import { pause, until } from '../../support/until.js';
import type { BenchOptions } from '../arguments.js';
import { percentile, round } from '../report.js';
import type { AudienceJob } from './audienceProcess.js';

const ROOM = 'bench';
const ON_STAGE = 9;
const FEW = 500;
const CHAT_PER_SECOND = 50;
const REQUESTS_PER_SECOND = 30;
const PER_PROCESS = 1000;
/** Time for all processes to be told, ms. */
const LEAD_MS = 1000;
const FLOOR_PORT = 38_999;

const Figures = z.object({ received: z.number(), disconnects: z.number(), refused: z.number(), latencies: z.array(z.number()) });
type Figures = z.infer<typeof Figures>;

/**
 * The audience of a live room with a full stage: chat and requests at scheduled times, and how long everybody's news takes from when it was due to be sent. For
 * 500 viewers, and as many as asked for; each beside a bare socket.io server that sends the same.
 */
export async function run({ viewers, seconds }: BenchOptions): Promise<object[]> {
  const rows: object[] = [];
  for (const count of new Set([Math.min(FEW, viewers), viewers])) rows.push(await measure(count, seconds));
  return rows;
}

async function measure(viewers: number, seconds: number): Promise<object> {
  const product = await withProduct(viewers, seconds);
  const floor = await withFloor(viewers, seconds);
  return {
    ...{
      case: 'stage',
      viewers,
      seconds,
      p50Ms: round(product.p(0.5), 0),
      p95Ms: round(product.p(0.95), 0),
      p999Ms: round(product.p(0.999), 0),
    },
    ...{ missing: product.missing, disconnects: product.disconnects, refused: product.refused, cpuCores: product.cpuCores },
    ...{
      kbPerViewer: product.kbPerViewer,
      floorP95Ms: round(floor.p(0.95), 0),
      floorMissing: floor.missing,
      floorCpuCores: floor.cpuCores,
    },
  };
}

async function withProduct(viewers: number, seconds: number) {
  const system = await System.start({ env: { LOG_LEVEL: 'warn' } });
  const people: Socket[] = [];
  const audience: Audience[] = [];
  try {
    for (let index = 0; index < ON_STAGE; index++) people.push(await join(system, index));
    expectOk(await system.api('POST', `/rooms/${ROOM}/live`, { profile: { name: '480p' } }));
    await until(
      'the program is live',
      async () => ((await system.api('GET', `/rooms/${ROOM}/live`)).body as { state: string }).state === 'live',
    );
    const [server] = system.children(/serverMain\.js/);
    if (!server) throw new Error('no server process');
    await pause(3000);
    const idleMb = rssMb(server.pid);
    const tokens: string[] = [];
    for (let index = 0; index < viewers; index++) tokens.push(await system.token(ROOM, `v${index}`, 'viewer', `viewer ${index}`));
    audience.push(...openAudience({ url: system.url, hello: 'attend', tokens, seconds }));
    await Promise.all(audience.map((one) => one.ready));
    const kbPerViewer = round(((rssMb(server.pid) - idleMb) * 1024) / viewers, 1);
    const figures = await talk(audience, server.pid, seconds);
    return { ...figures, kbPerViewer };
  } finally {
    for (const one of audience) one.close();
    for (const socket of people) socket.disconnect();
    await system.stop();
  }
}

async function withFloor(viewers: number, seconds: number) {
  const floor = startScript('floorProcess.ts', [String(FLOOR_PORT)]);
  const audience: Audience[] = [];
  try {
    await firstLine(floor);
    const tokens = Array.from({ length: viewers }, () => '');
    audience.push(...openAudience({ url: `http://127.0.0.1:${FLOOR_PORT}`, hello: '', tokens, seconds }));
    await Promise.all(audience.map((one) => one.ready));
    return await talk(audience, floor.pid ?? 0, seconds);
  } finally {
    for (const one of audience) one.close();
    floor.kill('SIGKILL');
  }
}

/** Lets everybody talk, and gathers what all have received. */
async function talk(audience: readonly Audience[], pid: number, seconds: number) {
  const viewers = audience.reduce((sum, { size }) => sum + size, 0);
  const beginMs = Number(process.hrtime.bigint()) / 1e6 + LEAD_MS;
  const figures = audience.map((one) => one.talk(beginMs));
  await pause(LEAD_MS);
  const before = cpuSeconds(pid);
  await pause(seconds * 1000);
  const cpuCores = round((cpuSeconds(pid) - before) / seconds, 3);
  const all: Figures[] = await Promise.all(figures);
  const sumOf = (key: 'received' | 'disconnects' | 'refused') => all.reduce((sum, one) => sum + one[key], 0);
  const latencies = all.flatMap((one) => one.latencies);
  const messages = audience.reduce((sum, { chatPerSecond }) => sum + Math.round(chatPerSecond * seconds), 0);
  return {
    p: (share: number) => percentile(latencies, share),
    missing: messages * viewers - sumOf('received'),
    ...{ disconnects: sumOf('disconnects'), refused: sumOf('refused'), cpuCores },
  };
}

interface Audience {
  size: number;
  chatPerSecond: number;
  /** Resolves when all are connected. */
  ready: Promise<string>;
  talk(beginMs: number): Promise<Figures>;
  close(): void;
}

function openAudience({ tokens, ...job }: Pick<AudienceJob, 'url' | 'hello' | 'tokens' | 'seconds'>): Audience[] {
  const processes = Math.ceil(tokens.length / PER_PROCESS);
  return Array.from({ length: processes }, (_, index) => {
    const own = tokens.slice(index * PER_PROCESS, (index + 1) * PER_PROCESS);
    const chatPerSecond = CHAT_PER_SECOND / processes;
    const rates = { chatPerSecond, requestsPerSecond: REQUESTS_PER_SECOND / processes };
    const child = startScript('audienceProcess.ts', []);
    child.stdin?.write(`${JSON.stringify({ ...job, ...rates, tokens: own, firstAddress: 2 + index * 2 })}\n`);
    const lines = createInterface({ input: child.stdout! })[Symbol.asyncIterator]();
    const line = async () => String((await lines.next()).value);
    return {
      size: own.length,
      chatPerSecond,
      ready: line(),
      talk: async (beginMs) => {
        child.stdin?.write(`${beginMs}\n`);
        return Figures.parse(JSON.parse(await line()));
      },
      close: () => void child.kill('SIGKILL'),
    };
  });
}

/** Joins the room as a client without media. */
async function join(system: System, index: number): Promise<Socket> {
  const role = index === 0 ? 'host' : 'guest';
  const token = await system.token(ROOM, `p${index}`, role, `Person ${index}`);
  const socket = io(system.url, { auth: { token }, transports: ['websocket'], reconnection: false, forceNew: true });
  const answer = await new Promise<{ ok: boolean }>((resolve, reject) => {
    socket.once('connect_error', reject);
    socket.once('connect', () => socket.emit('request', { name: 'join', data: {} }, resolve));
  });
  if (!answer.ok) throw new Error(JSON.stringify(answer));
  return socket;
}

function expectOk({ status, body }: { status: number; body: unknown }): void {
  if (status >= 300) throw new Error(`${status} ${JSON.stringify(body)}`);
}

const startScript = (script: string, args: readonly string[]): ChildProcess =>
  spawn(process.execPath, ['--import', 'tsx', fileURLToPath(new URL(script, import.meta.url)), ...args], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });

const firstLine = (child: ChildProcess): Promise<unknown> => createInterface({ input: child.stdout! })[Symbol.asyncIterator]().next();
