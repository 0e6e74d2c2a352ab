import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ConfigError, createLog, Metrics, Scope, type Log } from '@lianmai/kit';
import { DEFAULT_APP, type StreamRef } from '@lianmai/protocol';
import { TokenAuthority, apiKeyFrom, type ApiKey } from './authorisation/index.js';
import { createApi, passOriginSockets } from './api/index.js';
import { originUrlOf, helpText, lanAddresses, loadServerConfig, parseCommandLine, type ServerConfig } from './config/index.js';
import { startupMessage, registerMetrics } from './boot/index.js';
import { Bridges, fetchBridgeMetrics, startEmbeddedBridge } from './bridge/index.js';
import { HttpListener, readCertificate, selfSignedCertificate, type Certificate } from './http/index.js';
import { AssetStore, createPrograms } from './program/index.js';
import { recordingProxy, Recordings } from './recordings/index.js';
import { RoomDirectory } from './rooms/index.js';
import { createSfu, type Sfu } from './sfu/index.js';
import { createSocketServer, Signalling } from './signalling/index.js';
import { Store } from './store/index.js';
import { SeatableStreams, StreamRepository, StreamOutputRepository, Streams, StreamJobScheduler } from './streams/index.js';
import { WebRtc } from './webrtc/index.js';

const CLIENT_DIR = fileURLToPath(new URL('../../client/dist', import.meta.url));
/** Everything is over by then, or is left to the end of the process. */
const CLOSE_WITHIN_MS = 4500;

const version = (): string =>
  String((JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: unknown }).version);

/** Parts that others are built with. */
interface BootContext {
  config: ServerConfig;
  scope: Scope;
  log: Log;
  authority: TokenAuthority;
  metrics: Metrics;
}

/** Builds the parts, each with what it needs. The scope closes them in reverse: people first, then programs, the bridge, media, sockets. */
async function build(context: BootContext, front: HttpListener, isSecure: boolean): Promise<void> {
  const { config, scope, log, authority, metrics } = context;
  const sfu = scope.own(await startSfu(config, log));
  const store = scope.own(await openStore(config));
  const repository = await StreamRepository.open(store);
  const assets = await AssetStore.open(config.dataDir);
  const inner = isSecure ? scope.own(await openLoopbackListener()) : front;
  const io = createSocketServer(front.server);
  if (inner !== front) io.attach(inner.server);
  scope.defer(() => void io.disconnectSockets(true));
  const bridges = scope.own(
    new Bridges({
      io,
      verify: (token) => authority.verifyBridgeToken(token),
      fetchAsset: (id) => assets.read(id),
      authorise: (request) => streams.authorise(request),
      log: log.child({ part: 'bridges' }),
    }),
  );
  const jobs = scope.own(
    new StreamJobScheduler({
      repository,
      outputs: new StreamOutputRepository(store),
      bridges,
      recordPatterns: config.record.patterns,
      log: log.child({ part: 'streams' }),
    }),
  );
  const streams: Streams = new Streams({
    ...{ repository, bridges, jobs, policy: config.streams },
    rooms: {
      isOpen: (name) => rooms.all.some(({ id }) => id === name),
      isLive: (name) => rooms.all.some(({ id, isLive }) => id === name && isLive),
    },
    whep: {
      count: (stream) => webrtc.count(stream),
      clients: (stream) => webrtc.clients(stream),
      kick: (stream, clientId) => webrtc.kick(stream, clientId),
    },
    log: log.child({ part: 'streams' }),
  });
  const rooms: RoomDirectory = new RoomDirectory({
    createMedia: (id) => sfu.createRoom(id),
    openFeed: (stream) => webrtc.openFeed(stream),
    programs: createPrograms({ bridges, assets, assertFree: (id) => streams.assertFreeForRoom(id), log: log.child({ part: 'live' }) }),
    settings: config.rooms,
    log: log.child({ part: 'rooms' }),
  });
  if (config.bridge.mode === 'embedded') scope.own(await startEmbeddedBridge({ config, authority, bridges, port: inner.port, log }));
  // Owned after the bridge, so that programs end before it does.
  scope.own(rooms);
  const webrtc: WebRtc = scope.own(
    new WebRtc({ sfu, bridges, authorise: (request) => streams.authorise(request), log: log.child({ part: 'webrtc' }) }),
  );
  const saveAsset = (bytes: Uint8Array) => assets.save(bytes);
  const seatableStreams = new SeatableStreams(streams);
  const recordings = new Recordings(bridges);
  const services = { rooms, streams: seatableStreams, iceServers: config.rtc.iceServers.map(asIceServer), saveAsset };
  const verify = (token: unknown) => authority.verifyJoinToken(token);
  const signalling = scope.own(new Signalling({ io, services, verify, log: log.child({ part: 'signalling' }) }));
  registerMetrics(metrics, { sfu, rooms, signalling, bridges, streams, webrtc });
  const targetOf = (stream: StreamRef) => originOf(context, { rooms, streams, stream });
  const api = createApi({
    authority,
    rooms,
    streams,
    seatableStreams,
    recordings,
    bridgeMetrics: {
      ids: () => bridges.bridges.map(({ id }) => id),
      metrics: (id) => fetchBridgeMetrics(bridges, id, (origin) => originUrlOf(config, origin)),
    },
    recordingProxy: recordingProxy({ recordings, originOf: ({ bridge }) => originUrlOf(config, bridge.hello.origin) }),
    saveAsset,
    metrics,
    log: log.child({ part: 'api' }),
    isReady: readiness(context, bridges),
    isLobbyOpen: config.access.lobby === 'open',
    stagePolicy: config.rooms.stagePolicy,
    originUrl: config.origin.publicUrl ?? null,
    originPort: config.origin.port,
    ports: { rtmp: config.rtmp.port, rtmps: config.rtmp.tlsPort ?? null, srt: config.srt.port },
    originTarget: targetOf,
    rtc: { webrtc, iceServers: config.rtc.iceServers },
    clientDir: CLIENT_DIR,
    trustProxy: config.http.trustProxy,
  });
  passOriginSockets(front.server, api, { isApp: (app) => streams.isApp(app), targetOf });
  front.handle(api);
}

async function openStore({ dataDir }: ServerConfig): Promise<Store> {
  try {
    return await Store.open(dataDir);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(`${reason}\nThe data folder is chosen with DATA_DIR, --data-dir or dataDir.`);
  }
}

async function startSfu({ rtc }: ServerConfig, log: Log): Promise<Sfu> {
  try {
    return await createSfu({
      workers: rtc.workers,
      rtcPort: rtc.port,
      listenIp: rtc.listenIp,
      announcedIps: rtc.announcedIp,
      maxIncomingKbps: rtc.maxIncomingBitrateKbps,
      log: log.child({ part: 'sfu' }),
    });
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ConfigError(
      `${reason}\nMedia ports are chosen with RTC_PORT, --rtc-port or rtc.port; their number with RTC_WORKERS or rtc.workers.`,
    );
  }
}

/** The embedded bridge connects here, whatever certificate the outer door has. */
const openLoopbackListener = () =>
  HttpListener.open({ port: 0, host: '127.0.0.1', certificate: null, option: 'nothing: it is chosen freely' });

/** Rooms work without a bridge, so one that is away later does not count; at the start it is waited for. */
function readiness({ config, scope }: BootContext, bridges: Bridges): () => boolean {
  let isComplete = config.bridge.mode === 'external';
  bridges.once('bridgeConnected', () => (isComplete = true));
  return () => isComplete && !scope.isClosed;
}

/** The bridge that runs the room's program has it, or the one that the stream is in; else whichever there is. One of our own is on this machine, whatever players are told. */
function originOf(
  { config }: BootContext,
  { rooms, streams, stream }: { rooms: RoomDirectory; streams: Streams; stream: StreamRef },
): string | null {
  const ofRoom = stream.app === DEFAULT_APP ? rooms.all.find(({ id }) => id === stream.name)?.program.origin : null;
  const origin = ofRoom ?? streams.statuses.bridgeOf(stream)?.hello.origin;
  return origin ? originUrlOf(config, origin) : null;
}

/** Optional fields that are not there are left out. */
const asIceServer = ({ urls, username, credential }: ServerConfig['rtc']['iceServers'][number]) => ({
  urls,
  ...(username !== undefined && { username }),
  ...(credential !== undefined && { credential }),
});

function certificateFor({ http, dataDir }: ServerConfig): Promise<Certificate | null> {
  const { enabled, cert, key } = http.https;
  if (!enabled) return Promise.resolve(null);
  return cert !== undefined && key !== undefined ? readCertificate({ cert, key }) : selfSignedCertificate(dataDir, lanAddresses());
}

async function serve(config: ServerConfig): Promise<void> {
  const log = createLog('server', config.log.level);
  const scope = new Scope();
  const apiKey = apiKeyFrom(config.api);
  endOnSignals(scope, log);
  try {
    const certificate = await certificateFor(config);
    const { port, host } = config.http;
    const front = scope.own(await HttpListener.open({ port, host, certificate, option: 'PORT, --port or http.port' }));
    const context = { config, scope, log, authority: new TokenAuthority(apiKey, config.bridge.token), metrics: new Metrics() };
    await build(context, front, certificate !== null);
    warnOfWeakSecret(apiKey, log);
    process.stdout.write(describe(config, apiKey, front.port, certificate));
  } catch (error) {
    await scope.close('the start failed').catch(() => undefined);
    if (!scope.signal.aborted || !isEnding) throw error;
  }
}

function describe(config: ServerConfig, apiKey: ApiKey, port: number, certificate: Certificate | null): string {
  return startupMessage({
    version: version(),
    isSecure: certificate !== null,
    isSelfSigned: certificate?.isSelfSigned ?? false,
    port,
    lanAddresses: lanAddresses(),
    originUrl: config.origin.publicUrl ?? `http://localhost:${config.origin.port}`,
    rtmpPort: config.rtmp.port,
    srtPort: config.srt.port,
    apiKey,
  });
}

function warnOfWeakSecret({ secret, isDevelopment }: ApiKey, log: Log): void {
  if (!isDevelopment && secret.reveal().length < 32)
    log.warn('the API secret is shorter than 32 characters: tokens signed with it can be guessed');
}

let isEnding = false;

/** The first signal ends everything in order, the second at once. What nobody caught ends the process too: a supervisor starts a sound one. */
function endOnSignals(scope: Scope, log: Log): void {
  const end = (signal: string) => {
    if (isEnding) process.exit(1);
    isEnding = true;
    log.info({ signal }, 'shutting down');
    setTimeout(() => process.exit(0), CLOSE_WITHIN_MS);
    scope
      .close(signal)
      .catch((error: unknown) => log.error({ err: error }, 'not everything closed well'))
      .finally(() => process.exit(0));
  };
  process.on('SIGINT', () => end('SIGINT'));
  process.on('SIGTERM', () => end('SIGTERM'));
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(fault, (error: unknown) => {
      log.fatal({ err: error }, fault);
      process.exit(1);
    });
  }
}

async function main(): Promise<void> {
  const line = parseCommandLine(process.argv.slice(2));
  if (line.task === 'help') return void process.stdout.write(helpText());
  if (line.task === 'version') return void process.stdout.write(`${version()}\n`);
  const config = loadServerConfig(line, process.env);
  if (line.task === 'printConfig') return void process.stdout.write(`${JSON.stringify(config, null, 2)}\n`);
  await serve(config);
}

main().catch((error: unknown) => {
  const isOperators = error instanceof ConfigError;
  process.stderr.write(`${isOperators ? error.message : error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(isOperators ? 2 : 1);
});
