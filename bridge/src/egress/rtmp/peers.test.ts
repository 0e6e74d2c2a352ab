import { execFile, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { promisify } from 'node:util';
import { Scope } from '@lianmai/kit';
import type { OutputId, OutputInfo } from '@lianmai/protocol';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { encodeAmf, type FlvTag } from '../../media/formats/index.js';
import { acknowledgement, ChunkReader, ChunkWriter, HANDSHAKE_BYTES, RTMP, type RtmpMessage } from '../../media/protocols/rtmp/index.js';
import { StreamHub } from '../../hub/stream/index.js';
import { encodeFlv, freePort, LoopedBroadcast, MemoryLog, readAsItIs, openGuard } from '../../testing/index.js';
import { createOutputKinds, supervise, type OutputSupervisor, type SupervisorOptions } from '../index.js';

const run = promisify(execFile);
const RTMP_MODULE = '/usr/lib/nginx/modules/ngx_rtmp_module.so';
const hasNginx = existsSync('/usr/sbin/nginx') && existsSync(RTMP_MODULE);

let scope = new Scope();
let memory = new MemoryLog();
let tags: FlvTag[] = [];
beforeAll(async () => {
  tags = await encodeFlv({ seconds: 4, gop: 30, bFrames: 2, videoBitrateKbps: 1500 });
});
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
  memory = new MemoryLog();
});

/** A live stream and its outputs. */
function goLive(): {
  add: (url: string, options?: Partial<SupervisorOptions>, insecureTls?: boolean) => OutputSupervisor;
  publisher: ReturnType<StreamHub['publish']>;
} {
  const hub = scope.own(new StreamHub());
  const publisher = hub.publish({ app: 'live', name: 'room' });
  const broadcast = new LoopedBroadcast(tags, publisher);
  scope.defer(() => broadcast.stop());
  let count = 0;
  return {
    publisher,
    add(url, options = {}, insecureTls = false) {
      const output = createOutputKinds({ guard: openGuard, insecureTls }).prepare({ kind: 'rtmp', url });
      const job = { id: `out${++count}` as OutputId, output };
      return scope.own(
        supervise(publisher.stream, job, {
          log: memory.log,
          openReader: readAsItIs,
          backoff: { firstMs: 300, maxMs: 1000 },
          sampleMs: 200,
          ...options,
        }),
      );
    },
  };
}

function reaches(output: OutputSupervisor, is: (info: OutputInfo) => boolean): Promise<OutputInfo> {
  return new Promise((resolve) => {
    const look = (info: OutputInfo) => {
      if (!is(info)) return;
      output.off('changed', look);
      resolve(info);
    };
    output.on('changed', look);
    look(output.info);
  });
}

const isLiveWith = (bytes: number) => (info: OutputInfo) => info.state === 'live' && info.bytesSent >= bytes;

function listening(server: Server): Promise<number> {
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port)));
}

async function accepts(port: number): Promise<void> {
  for (;;) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => (socket.destroy(), resolve(true))).once('error', () => resolve(false));
    });
    if (isOpen) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
}

const exit = (child: ChildProcess) => new Promise<number | null>((resolve) => child.once('exit', resolve));

interface Packet {
  codec_type: 'video' | 'audio';
  pts_time: string;
  dts_time: string;
  flags: string;
}

async function probe(source: string): Promise<Packet[]> {
  const { stdout } = await run(
    'ffprobe',
    ['-v', 'error', '-show_entries', 'packet=codec_type,pts_time,dts_time,flags', '-of', 'json', source],
    { maxBuffer: 1e8 },
  );
  return (JSON.parse(stdout) as { packets: Packet[] }).packets;
}

/** Starts at 0 with a key frame and has no gap longer than a frame. */
function expectContinuous(packets: Packet[]): void {
  const video = packets.filter((packet) => packet.codec_type === 'video');
  expect(video[0]?.flags).toMatch(/^K/);
  const times = (of: Packet[]) => of.map((packet) => Number(packet.dts_time));
  const audio = times(packets.filter((packet) => packet.codec_type === 'audio'));
  for (const [all, maxStep] of [
    [times(video), 0.036],
    [audio, 0.025],
  ] as const) {
    expect(all[0]).toBeLessThan(0.1);
    expect(all.length).toBeGreaterThan(20);
    const steps = all.slice(1).map((time, index) => time - (all[index] ?? 0));
    expect(Math.min(...steps)).toBeGreaterThan(0);
    expect(Math.max(...steps)).toBeLessThan(maxStep);
  }
}

async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'lianmai-rtmp-'));
  scope.defer(() => rm(path, { recursive: true, force: true }));
  return path;
}

/** nginx with its RTMP module, on its own port and files. */
class Nginx {
  readonly #conf: string;
  #child: ChildProcess | null = null;
  readonly port: number;

  private constructor(conf: string, port: number) {
    this.#conf = conf;
    this.port = port;
  }

  static async start(directives = ''): Promise<Nginx> {
    const [path, port] = [await folder(), await freePort()];
    const conf = join(path, 'nginx.conf');
    await writeFile(
      conf,
      `load_module ${RTMP_MODULE}; daemon off; master_process off; worker_processes 1; error_log ${path}/error.log; pid ${path}/nginx.pid;
       events { worker_connections 64; }
       rtmp { access_log off; server { listen 127.0.0.1:${port}; application live { live on; ${directives} } } }`,
    );
    const nginx = new Nginx(conf, port);
    scope.defer(() => nginx.kill());
    await nginx.up();
    return nginx;
  }

  async up(): Promise<void> {
    this.#child = spawn('/usr/sbin/nginx', ['-c', this.#conf], { stdio: 'ignore' });
    await accepts(this.port);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await exit(child);
  }
}

/** A TCP proxy that can silently stop reading from its clients. */
class Wedge {
  readonly #clients = new Set<Socket>();
  #isStuck = false;

  static async inFrontOf(port: number): Promise<{ wedge: Wedge; port: number }> {
    const wedge = new Wedge();
    const server = createServer((client) => wedge.#join(client, connect(port, '127.0.0.1')));
    scope.defer(() => {
      for (const client of wedge.#clients) client.destroy();
      server.close();
    });
    return { wedge, port: await listening(server) };
  }

  stick(): void {
    this.#isStuck = true;
    for (const client of this.#clients) {
      client.unpipe();
      client.pause();
    }
  }

  /** Takes everything and passes nothing on, as large buffers on the way would. */
  swallow(): void {
    for (const client of this.#clients) {
      client.unpipe();
      client.resume();
    }
  }

  loosen(): void {
    this.#isStuck = false;
  }

  #join(client: Socket, server: Socket): void {
    this.#clients.add(client);
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('error', () => undefined).on('close', () => to.destroy());
    }
    server.pipe(client);
    if (this.#isStuck) client.pause();
    else client.pipe(server);
  }
}

/** Replies to each command as told: stands in for servers that this machine does not have. */
async function scriptedServer(
  answer: (name: string, args: unknown[]) => Buffer | 'close' | null,
  { receiptEveryBytes = Infinity } = {},
): Promise<number> {
  const server = createServer((socket) => {
    const reader = new ChunkReader({ maxMessageBytes: 1e6, maxChunkStreams: 64 });
    let shaken = Buffer.alloc(0);
    let isShaken = false;
    let [read, confirmed] = [0, 0];
    const send = (message: RtmpMessage) => {
      const pieces: Buffer[] = [];
      new ChunkWriter().write(pieces, 3, message);
      socket.write(Buffer.concat(pieces));
    };
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      let rest = data;
      if (!isShaken) {
        if (shaken.length === 0) socket.write(Buffer.concat([Buffer.from([3]), Buffer.alloc(2 * HANDSHAKE_BYTES, 7)]));
        shaken = Buffer.concat([shaken, data]);
        if (shaken.length < 1 + 2 * HANDSHAKE_BYTES) return;
        isShaken = true;
        rest = shaken.subarray(1 + 2 * HANDSHAKE_BYTES);
      }
      read += data.length;
      if (read - confirmed >= receiptEveryBytes) send(acknowledgement((confirmed = read)));
      for (const { typeId, body } of reader.push(rest)) {
        if (typeId !== RTMP.command) continue;
        const name = body.toString('utf8', 3, 3 + body.readUInt16BE(1));
        const reply = answer(name, [body]);
        if (reply === 'close') socket.destroy();
        else if (reply) send({ typeId: RTMP.command, streamId: 0, timestampMs: 0, body: reply });
      }
    });
  });
  scope.defer(() => void server.close());
  return listening(server);
}

/** Accepts whatever is published. */
function welcome(name: string): Buffer | null {
  if (name === 'connect') return encodeAmf('_result', 1, null, { code: 'NetConnection.Connect.Success' });
  if (name === 'createStream') return encodeAmf('_result', 4, null, 1);
  return name === 'publish' ? encodeAmf('onStatus', 0, null, { level: 'status', code: 'NetStream.Publish.Start' }) : null;
}

describe('RTMP push', () => {
  it('reaches an ffmpeg listener: from a key frame, from 0, continuous, ended cleanly', async () => {
    const { add, publisher } = goLive();
    const [port, path] = [await freePort(), await folder()];
    const file = join(path, 'out.flv');
    const key = 'app/some-key?token=abc';
    const listener = spawn(
      'ffmpeg',
      ['-v', 'error', '-nostdin', '-listen', '1', '-i', `rtmp://127.0.0.1:${port}/${key}`, '-c', 'copy', '-f', 'flv', file],
      { stdio: ['ignore', 'ignore', 'pipe'] },
    );
    const errors: string[] = [];
    listener.stderr.on('data', (text: Buffer) => errors.push(text.toString()));
    scope.defer(() => void listener.kill('SIGKILL'));
    const output = add(`rtmp://127.0.0.1:${port}/${key}`);
    await reaches(output, isLiveWith(700_000));
    const { bytesSent, liveSinceMs } = await reaches(output, ({ bitrateKbps }) => bitrateKbps > 800);
    expect(Date.now() - (liveSinceMs ?? 0)).toBeGreaterThan(2000);
    const gone = exit(listener);
    await publisher.close('host stopped');
    expect(await gone).toBe(0);
    // FFmpeg's listener always ends a session with this line.
    expect(errors.join('').replace(/.*: Input\/output error\n/, '')).toBe('');
    expect(await reaches(output, ({ state }) => state === 'stopped')).toMatchObject({ reason: null, liveSinceMs: null });
    expectContinuous(await probe(file));
    expect((await stat(file)).size).toBeGreaterThan(bytesSent * 0.9);
  });

  it('survives a listener that is killed and comes back, with a new session from a key frame', async () => {
    const { add } = goLive();
    const [port, path] = [await freePort(), await folder()];
    const url = `rtmp://127.0.0.1:${port}/live/key`;
    const listen = (file: string) =>
      spawn('ffmpeg', ['-v', 'error', '-nostdin', '-listen', '1', '-i', url, '-c', 'copy', '-f', 'flv', join(path, file)], {
        stdio: 'ignore',
      });
    const first = listen('first.flv');
    const output = add(url);
    await reaches(output, isLiveWith(200_000));
    const killedAtMs = Date.now();
    first.kill('SIGKILL');
    const retrying = await reaches(output, (info) => info.state === 'retrying');
    expect(retrying.reason?.code).toBe('DESTINATION_CLOSED');
    expect(retrying.nextRetryAtMs).toBeGreaterThan(killedAtMs);
    await reaches(output, (info) => info.reason?.code === 'DESTINATION_UNREACHABLE');
    const second = listen('second.flv');
    await reaches(output, (info) => info.state === 'live' && info.retries > 0);
    const { bytesSent } = output.info;
    await reaches(output, isLiveWith(bytesSent + 300_000));
    const gone = exit(second);
    await output.close('removed');
    await gone;
    expectContinuous(await probe(join(path, 'second.flv')));
  });

  it.skipIf(!hasNginx)('reaches nginx-rtmp, comes back after its restart, and costs another output nothing meanwhile', async () => {
    const { add } = goLive();
    const [mortal, steady] = [await Nginx.start(), await Nginx.start()];
    const output = add(`rtmp://127.0.0.1:${mortal.port}/live/key`);
    const other = add(`rtmp://127.0.0.1:${steady.port}/live/key`);
    await Promise.all([reaches(output, isLiveWith(1)), reaches(other, isLiveWith(1))]);
    const path = join(await folder(), 'steady.flv');
    const watching = run('ffmpeg', [
      '-v',
      'error',
      '-nostdin',
      '-i',
      `rtmp://127.0.0.1:${steady.port}/live/key`,
      '-t',
      '5',
      '-c',
      'copy',
      path,
    ]);
    await mortal.kill();
    await reaches(output, (info) => info.state === 'retrying');
    await mortal.up();
    await reaches(output, (info) => info.state === 'live' && info.retries > 0);
    const played = await run('ffprobe', [
      '-v',
      'error',
      '-read_intervals',
      '%+1',
      '-show_entries',
      'stream=codec_name',
      '-of',
      'csv=p=0',
      `rtmp://127.0.0.1:${mortal.port}/live/key`,
    ]);
    expect(played.stdout.trim().split('\n').sort()).toEqual(['aac', 'h264']);
    await watching;
    const times = (await probe(path)).filter((packet) => packet.codec_type === 'video').map((packet) => Number(packet.dts_time));
    expect(Math.max(...times.slice(1).map((time, index) => time - (times[index] ?? 0)))).toBeLessThan(0.036);
    expect(other.info.retries).toBe(0);
  });

  it.skipIf(!hasNginx)('leaves the name free at once when it is closed', async () => {
    const { add } = goLive();
    const nginx = await Nginx.start();
    const url = `rtmp://127.0.0.1:${nginx.port}/live/key`;
    for (let turn = 0; turn < 3; turn++) {
      const output = add(url);
      expect((await reaches(output, (info) => info.state !== 'connecting')).state).toBe('live');
      await output.close('removed');
      expect(output.info.state).toBe('stopped');
    }
  });

  it.skipIf(!hasNginx)('gives up on a key that is refused, says so, and tries again when asked', async () => {
    const door = createHttpServer((_request, response) => response.writeHead(isWelcome ? 200 : 403).end());
    let isWelcome = false;
    scope.defer(() => void door.close());
    const nginx = await Nginx.start(`on_publish http://127.0.0.1:${await listening(door)}/;`);
    const output = goLive().add(`rtmp://127.0.0.1:${nginx.port}/live/wrong-key`);
    const failed = await reaches(output, (info) => info.state === 'failed');
    expect(failed).toMatchObject({ reason: { code: 'DESTINATION_REFUSED' }, retries: 2, nextRetryAtMs: null });
    isWelcome = true;
    output.retry();
    await reaches(output, isLiveWith(1));
  });

  it('detects a destination that silently stops reading, and reconnects', async () => {
    const { add } = goLive();
    const target = await scriptedServer(welcome);
    const { wedge, port } = await Wedge.inFrontOf(target);
    const output = add(`rtmp://127.0.0.1:${port}/live/key`, { stall: { tellMs: 1000, giveUpMs: 2000 } });
    await reaches(output, isLiveWith(1));
    const bytesPerSecond = tags.reduce((sum, { body }) => sum + body.length, 0) / 4;
    const sentBefore = output.info.bytesSent;
    wedge.stick();
    const stalled = await reaches(output, (info) => info.state === 'retrying');
    expect(stalled.reason?.code).toBe('DESTINATION_STALLED');
    // At most ten seconds of media: the limit, one sample, and what the peer's kernel takes before its window closes.
    expect(stalled.bytesSent - sentBefore).toBeLessThan(10 * bytesPerSecond);
    wedge.loosen();
    await reaches(output, isLiveWith(stalled.bytesSent + 100_000));
  });

  it('says that a destination is stalled when it no longer confirms what it reads, while buffers on the way still take bytes', async () => {
    const { add } = goLive();
    const { wedge, port } = await Wedge.inFrontOf(await scriptedServer(welcome, { receiptEveryBytes: 64 * 1024 }));
    const output = add(`rtmp://127.0.0.1:${port}/live/key`, { stall: { tellMs: 1000, giveUpMs: 60_000 } });
    await reaches(output, isLiveWith(500_000));
    wedge.swallow();
    const stalled = await reaches(output, (info) => info.state === 'stalled');
    expect(stalled.reason?.code).toBe('DESTINATION_STALLED');
    await reaches(output, (info) => info.bytesSent > stalled.bytesSent);
    expect(output.info.retries).toBe(0);
  });

  it('reaches a TLS destination, and rejects an unverifiable certificate', async () => {
    const path = await folder();
    const [keyFile, certFile] = [join(path, 'key.pem'), join(path, 'cert.pem')];
    await run('openssl', [
      'req',
      '-x509',
      '-newkey',
      'ec',
      '-pkeyopt',
      'ec_paramgen_curve:prime256v1',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=localhost',
      '-keyout',
      keyFile,
      '-out',
      certFile,
    ]);
    const target = await scriptedServer((name) => {
      if (name === 'connect') return encodeAmf('_result', 1, null, {});
      if (name === 'createStream') return encodeAmf('_result', 4, null, 1);
      return name === 'publish' ? encodeAmf('onStatus', 0, null, { level: 'status', code: 'NetStream.Publish.Start' }) : null;
    });
    const tls = createTlsServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) }, (client) => {
      const inner = connect(target, '127.0.0.1');
      client.on('error', () => inner.destroy()).pipe(inner);
      inner.on('error', () => client.destroy()).pipe(client);
    });
    tls.on('tlsClientError', () => undefined);
    scope.defer(() => void tls.close());
    const url = `rtmps://127.0.0.1:${await listening(tls)}/live/key`;
    const { add } = goLive();
    expect((await reaches(add(url), (info) => info.state === 'failed')).reason).toMatchObject({
      code: 'DESTINATION_REFUSED',
      message: expect.stringContaining('certificate'),
    });
    await reaches(add(url, {}, true), isLiveWith(100_000));
    const plain = await scriptedServer(() => 'close');
    const noTls = await reaches(add(`rtmps://127.0.0.1:${plain}/live/key`), (info) => info.state === 'retrying');
    expect(noTls.reason?.code).toMatch(/UNREACHABLE|CLOSED/);
  });

  it('never reveals a key in state, errors or log, even when the server quotes it', async () => {
    const key = 'live_9876_SECRETKEY';
    const query = 'sign=TOPSECRETSIGN';
    const seen: OutputInfo[] = [];
    const { add } = goLive();
    const error = (name: string, code: string) => () =>
      encodeAmf(name, name === '_error' ? 1 : 0, null, {
        level: 'error',
        code,
        description: `bad ${key}?${query} for rtmp://h/app/${key}`,
      });
    const servers = [
      await scriptedServer((name) => (name === 'connect' ? error('_error', 'NetConnection.Connect.Rejected')() : null)),
      await scriptedServer((name) => {
        if (name === 'connect') return encodeAmf('_result', 1, null, {});
        if (name === 'createStream') return encodeAmf('_result', 4, null, 1);
        return name === 'publish' ? error('onStatus', 'NetStream.Publish.BadName')() : null;
      }),
      await scriptedServer((name) => (name === 'connect' ? 'close' : null)),
      await freePort(),
    ];
    await Promise.all(
      servers.map(async (port) => {
        const output = add(`rtmp://127.0.0.1:${port}/app/${key}?${query}`);
        output.on('changed', (info) => seen.push(info));
        await reaches(output, (info) => info.retries >= 2 || info.state === 'failed');
        await output.close('removed');
      }),
    );
    expect(seen.map((info) => info.reason?.code)).toEqual(
      expect.arrayContaining(['DESTINATION_REFUSED', 'DESTINATION_CLOSED', 'DESTINATION_UNREACHABLE']),
    );
    for (const text of [JSON.stringify(seen), memory.text]) {
      expect(text.length).toBeGreaterThan(500);
      expect(text).not.toMatch(/SECRET|9876/);
    }
    const kinds = createOutputKinds({ guard: openGuard, insecureTls: false });
    const wrong = () => kinds.prepare({ kind: 'rtmp', url: `rtmp:/127.0.0.1/app/${key}` });
    expect(wrong).toThrow(expect.objectContaining({ code: 'BAD_REQUEST', message: expect.not.stringContaining(key) }));
  });
});
