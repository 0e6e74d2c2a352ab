import { createSocket } from 'node:dgram';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { Scope } from '@lianmai/kit';
import { toLianmaiError } from '@lianmai/protocol';
import { afterEach, describe, expect, it } from 'vitest';
import { createOutputKinds } from '../../egress/index.js';
import { StreamHub } from '../../hub/stream/index.js';
import { findFfmpeg } from '../../media/ffmpeg/index.js';
import { Pull, ROUTES } from '../../pull/index.js';
import { freePort, MemoryLog, openGate } from '../../testing/index.js';
import { AddressGuard } from './index.js';

let scope = new Scope();
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

const guard = (allowPrivate: boolean) => new AddressGuard({ allowPrivate, setting: 'output.allowPrivate' });
const WITHOUT_ADDRESS = new Set(['file']);
/** Characters that may follow the host and port in a URL. */
const TAILS = ['/app/key', '?streamid=key'];

/** Tries to connect to `place`; resolves to why it failed. */
type Connect = (place: string, guard: AddressGuard, signal: AbortSignal) => Promise<{ code: string; message: string } | null>;

function outputConnector(kind: string, scheme: string): Connect {
  return async (place, guard, signal) => {
    const kinds = createOutputKinds({ guard, insecureTls: true });
    const prepared = TAILS.flatMap((tail) => {
      try {
        return [kinds.prepare({ kind, url: `${scheme}://${place}${tail}` })];
      } catch {
        return [];
      }
    });
    const stream = scope.own(new StreamHub()).publish({ app: 'live', name: 'cam' }).stream;
    const reader = stream.createReader({ name: 'test', maxQueueBytes: 1e6, maxQueueMs: 1e4, startWithGop: true });
    const output = prepared[0]?.create({ log: new MemoryLog().log, onLive: () => undefined });
    if (!output) throw new Error(`no URL of a destination of kind ${kind} is known to this test: add its form to TAILS`);
    return output.run(reader, signal).then(() => null, toLianmaiError);
  };
}

function pullConnector(scheme: string): Connect {
  return async (place, guard, signal) => {
    const stream = { app: 'live', name: 'cam' };
    const log = new MemoryLog().log;
    const hub = scope.own(new StreamHub());
    const options = { stream, url: `${scheme}://${place}/app/key`, guard, dataDir: tmpdir(), gate: openGate(), hub, log };
    const pull = scope.own(new Pull({ ...options, ffmpeg: await findFfmpeg() }));
    return new Promise((resolve) => {
      pull.on('changed', ({ reason }) => reason && resolve(reason));
      signal.addEventListener('abort', () => resolve(null), { once: true });
    });
  };
}

const CONNECTORS: readonly (readonly [name: string, connect: Connect])[] = [
  ...createOutputKinds({ guard: guard(false), insecureTls: false })
    .advertise()
    .flatMap(({ kind, schemes }) => schemes.map((scheme) => [`output ${scheme}`, outputConnector(kind, scheme)] as const)),
  ...Object.keys(ROUTES)
    .filter((scheme) => !WITHOUT_ADDRESS.has(scheme))
    .map((scheme) => [`pull ${scheme}`, pullConnector(scheme)] as const),
];

/** A port on loopback, TCP and UDP, that aborts `touched` when anything arrives. */
async function trap(): Promise<{ place: string; touched: AbortSignal }> {
  const touched = new AbortController();
  const touch = () => touched.abort(new Error('touched'));
  const port = await freePort();
  const server = createServer((socket) => {
    touch();
    socket.on('error', () => undefined).destroy();
  });
  const udp = createSocket('udp4').on('message', touch);
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  await new Promise<void>((resolve) => udp.bind((server.address() as AddressInfo).port, '127.0.0.1', resolve));
  scope.defer(() => {
    server.close();
    udp.close();
  });
  return { place: `127.0.0.1:${port}`, touched: touched.signal };
}

describe.each(CONNECTORS)('%s', (_name, connect) => {
  it('never touches a private address, and does not tell whether anything is there', async () => {
    const { place, touched } = await trap();
    const open = await connect(place, guard(false), AbortSignal.timeout(20_000));
    const closed = await connect(`127.0.0.1:${await freePort()}`, guard(false), AbortSignal.timeout(20_000));
    expect(open).toMatchObject({ code: 'ADDRESS_FORBIDDEN' });
    expect([closed?.code, closed?.message]).toEqual([open?.code, open?.message]);
    expect(touched.aborted).toBe(false);
  });

  it('connects where the operator allows it', async () => {
    const { place, touched } = await trap();
    const isTouched = new Promise<void>((resolve) => touched.addEventListener('abort', () => resolve(), { once: true }));
    const ended = connect(place, guard(true), AbortSignal.any([touched, AbortSignal.timeout(60_000)]));
    await isTouched;
    await ended;
  });
});

describe('the source code', () => {
  const root = fileURLToPath(new URL('../../../..', import.meta.url));
  /** Files that may connect, look up names or send datagrams, and why no guard is needed. */
  const ALLOWED = {
    'bridge/src/runtime/outbound/AddressGuard.ts': 'the guard',
    'bridge/src/runtime/outbound/openers.ts': 'takes checked hosts only',
    'bridge/src/runtime/control/ServerLink.ts': "the operator's server",
    'bridge/src/media/protocols/srt/udp.ts': 'answers callers; SrtPublishClient gives it the address of a checked host',
    'bridge/src/media/rtp/RtpReceiver.ts': 'the SFU of the server',
    'bridge/src/sfu/out/PacedSocket.ts': 'the SFU of the server',
    'server/src/api/originProxy.ts': 'a bridge that holds the bridge token',
    'server/src/recordings/recordingProxy.ts': 'a bridge that holds the bridge token',
    'server/src/bridge/fetchBridgeMetrics.ts': 'a bridge that holds the bridge token',
    'server/src/http/HttpListener.ts': 'tries whether a UDP port is free',
  };
  const CONNECTING = [
    /import \{[^}]*\b(?:connect|createConnection|request|get|lookup|resolve[46]?|createSocket|Agent)\b[^}]*\} from 'node:(?:net|tls|https?|http2|dns|dns\/promises|dgram)'/,
    /import (?!type\b)(?:\*|\w+) .*from 'node:(?:net|tls|https?|http2|dns|dns\/promises|dgram)'/,
    /from '(?:undici|axios|got|socket\.io-client)'/,
    /(?<![.#\w])fetch\(|new (?:WebSocket|EventSource)\(/,
  ];

  it('connects nowhere else without the guard', () => {
    const files = ['bridge', 'server', 'kit'].flatMap((workspace) =>
      readdirSync(path.join(root, workspace, 'src'), { recursive: true, encoding: 'utf8' }).map((file) => `${workspace}/src/${file}`),
    );
    const product = files.filter((file) => file.endsWith('.ts') && !/\.test\.ts$|\/testing\//.test(file));
    const connecting = product.filter((file) => {
      const text = readFileSync(path.join(root, file), 'utf8');
      return CONNECTING.some((pattern) => pattern.test(text));
    });
    expect(connecting.sort()).toEqual(Object.keys(ALLOWED).sort());
  });
});
