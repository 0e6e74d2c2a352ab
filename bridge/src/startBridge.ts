import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { ConfigError, Metrics, Scope, Secret, type BridgeSettings, type Log } from '@lianmai/kit';
import { ServerLink } from './runtime/control/index.js';
import { AddressGuard } from './runtime/outbound/index.js';
import { createOutputKinds } from './egress/index.js';
import { SfuFeeds } from './sfu/out/index.js';
import type { Ffmpeg } from './media/ffmpeg/index.js';
import { clientHandlers, Gate } from './hub/gate/index.js';
import { Pull } from './pull/index.js';
import { SfuIngests } from './sfu/in/index.js';
import { StreamJobRunner } from './jobs/index.js';
import { RtmpServer } from './servers/rtmp/index.js';
import { SrtServerHost } from './servers/srt/index.js';
import { createOriginServer, metricsRoutes, posterRoutes, requireServer } from './servers/http/index.js';
import { Recorder, recordingFormats, recordingHandlers, recordingRoutes } from './recorder/index.js';
import { AssetCache, Programs, SharedCpuUsage } from './program/index.js';
import { FLV, HLS, Renditions, SRT, WEBRTC, type AcceptedCodecs } from './hub/renditions/index.js';
import { StreamReport } from './hub/report/index.js';
import { StreamHub, type Stream } from './hub/stream/index.js';
import type { PreparedBridge } from './prepareBridge.js';

/** Starts the other parts of a prepared bridge and, last of all, talks to the server. Returns the scope that closes them in reverse order. */
export async function startBridge(prepared: PreparedBridge, config: BridgeSettings): Promise<Scope> {
  const { log, ffmpeg } = prepared;
  const scope = new Scope();
  try {
    scope.own(prepared.spriteRenderer);
    scope.own(prepared.threadPool);
    log.info(ffmpeg, 'FFmpeg');
    const link = new ServerLink({ url: config.serverUrl, token: config.token, orphanMs: config.orphanMs, log });
    const context = { config, log, scope, ffmpeg, link, prepared };
    const hubParts = openHub(context);
    const servers = await openServers(context, hubParts);
    const services = createServices(context, { ...hubParts, ...servers });
    serve(context, { ...hubParts, ...servers, ...services });
    return scope;
  } catch (error) {
    await scope.close('not started');
    throw error;
  }
}

/** Common to all parts. */
interface BridgeContext {
  config: BridgeSettings;
  log: Log;
  scope: Scope;
  ffmpeg: Ffmpeg;
  link: ServerLink;
  prepared: PreparedBridge;
}

function openHub({ log, scope, ffmpeg, link }: BridgeContext) {
  const hub = scope.own(new StreamHub());
  const renditions = scope.own(new Renditions({ ffmpeg, log }));
  const gate = new Gate({ authorise: (request) => link.authorise(request) });
  return { hub, renditions, gate };
}

type HubParts = ReturnType<typeof openHub>;

/** The ports that publishers and players connect to, and the recorder, whose files the HTTP server offers. */
async function openServers({ config, log, scope, ffmpeg, prepared }: BridgeContext, { hub, gate, renditions }: HubParts) {
  const metrics = new Metrics();
  const mediaSecret = new Secret(randomBytes(24).toString('base64url'));
  const formats = recordingFormats(ffmpeg);
  const recorder = scope.own(await Recorder.open({ ...recordSettings(config), formats, openReader: renditions.read, log }));
  const extraRoutes = [
    metricsRoutes(metrics, mediaSecret),
    recordingRoutes(recorder.catalogue, requireServer(mediaSecret)),
    posterRoutes({ hub, gate, ffmpeg, log }),
  ];
  const openRendition = (stream: Stream, accepts: AcceptedCodecs) => renditions.open(stream, accepts);
  const flv = { batchMs: config.origin.batchMs, openRendition: (stream: Stream) => openRendition(stream, FLV) };
  const hls = { ...hlsSettings(config), openRendition: (stream: Stream) => openRendition(stream, HLS) };
  const shared = { hub, gate, log, metrics, ...(config.host !== undefined && { host: config.host }) };
  const { logLevel } = config;
  const openSrtRendition = (stream: Stream) => openRendition(stream, SRT);
  const [origin, rtmp, srt] = await scope.ownAll([
    createOriginServer({ ...shared, ...limitsOf(config.origin), port: config.origin.port, extraRoutes, flv, hls }),
    RtmpServer.open({ ...shared, ...rtmpSettings(config), openRendition }),
    SrtServerHost.open({ ...shared, ...config.srt, logLevel, openRendition: openSrtRendition, thread: prepared.srtThread }),
  ]);
  return { recorder, mediaSecret, origin, rtmp, srt };
}

type Servers = Awaited<ReturnType<typeof openServers>>;

/** The services that the server commands: programs, the jobs of streams, and media from and to its SFU. */
function createServices(context: BridgeContext, { recorder, ...hubParts }: HubParts & Servers) {
  const { config, log, ffmpeg, link, prepared } = context;
  const { hub, gate, renditions } = hubParts;
  const outputGuard = new AddressGuard({ ...config.output, setting: 'output.allowPrivate' });
  const pullGuard = new AddressGuard({ ...config.pull, setting: 'pull.allowPrivate' });
  const kinds = createOutputKinds({ guard: outputGuard, insecureTls: config.insecureTls });
  const shared = { hub, kinds, openReader: renditions.read, announce: link.announce, log };
  const programs = new Programs({
    ...shared,
    ffmpeg,
    spriteRenderer: prepared.spriteRenderer,
    threadPool: prepared.threadPool,
    assets: new AssetCache(config.dataDir, (id) => link.fetchAsset(id)),
    cpuUsage: new SharedCpuUsage(),
    rtpIp: config.rtpIp,
    logLevel: config.logLevel,
  });
  const jobs = new StreamJobRunner({
    ...shared,
    createPull: (stream, url) => new Pull({ stream, url, guard: pullGuard, dataDir: config.dataDir, gate, hub, ffmpeg, log }),
    record: (stream, rule) => recorder.record(stream, rule),
  });
  return { kinds, programs, jobs, ...openSfuRoads(context, hubParts) };
}

type Services = ReturnType<typeof createServices>;

function openSfuRoads({ config, log, scope, link }: BridgeContext, { hub, gate, renditions }: HubParts) {
  const { announce } = link;
  const ingests = scope.own(new SfuIngests({ gate, hub, rtpIp: config.rtpIp, announce, log }));
  const feeds = scope.own(
    new SfuFeeds({
      hub,
      announce,
      log,
      rtpIp: config.rtpIp,
      openRendition: (source) => renditions.open(source, WEBRTC),
      passesPictures: (source) => renditions.copiesVideo(source, WEBRTC),
      requestKeyFrame: (streamKey) => ingests.requestKeyFrame(streamKey),
    }),
  );
  return { ingests, feeds };
}

/**
 * The link is owned last, so it closes first: to the server, a bridge that ends is a lost one, and its programs and jobs go on elsewhere. Their own ends
 * would be taken for what somebody wanted.
 */
function serve({ config, scope, ffmpeg, link }: BridgeContext, parts: HubParts & Servers & Services): void {
  const { hub, gate, renditions, recorder, origin, rtmp, srt, kinds, programs, jobs, ingests, feeds } = parts;
  const { announce } = link;
  scope.own(new StreamReport({ hub, gate, renditions, announce }));
  scope.own(programs);
  scope.own(jobs);
  scope.own(link);
  recorder.catalogue.on('changed', (recording) => announce('recordingChanged', recording));
  link.on('connected', () => [programs, jobs].forEach((service) => service.announceAll()));
  link.on('serverReplaced', () => [ingests, feeds].forEach((service) => void service.stopAll('the server was started again')));
  link.on('orphaned', () => [programs, ingests, feeds].forEach((service) => void service.stopAll('no server')));
  link.serve({
    handlers: {
      ...programs.handlers,
      ...jobs.handlers,
      ...ingests.handlers,
      ...feeds.handlers,
      ...recordingHandlers(recorder.catalogue),
      ...clientHandlers({ gate, hub, forget: (stream) => origin.forget(stream) }),
    },
    hello: () => ({
      bridgeId: config.bridgeId,
      origin: { url: config.origin.publicUrl ?? null, port: origin.port },
      ports: { rtmp: rtmp.port, rtmps: rtmp.tlsPort, srt: srt.port },
      mediaSecret: parts.mediaSecret.reveal(),
      encoders: ffmpeg.encoders,
      cores: availableParallelism(),
      outputKinds: kinds.advertise(),
      programs: programs.summaries,
    }),
  });
}

const recordSettings = ({ record, dataDir }: BridgeSettings) => ({
  dir: record.dir ?? path.join(dataDir, 'recordings'),
  retention: { maxAgeDays: record.maxAgeDays, maxGigabytes: record.maxGigabytes },
  minFreeBytes: record.minFreeMb * 1024 * 1024,
});

const hlsSettings = ({ origin: { hls }, dataDir }: BridgeSettings) => ({
  targetMs: hls.segmentMs,
  partMs: hls.partMs,
  dvrSeconds: hls.dvrSeconds,
  dvrDirectory: path.join(dataDir, 'dvr'),
});

const limitsOf = ({ maxConnections, maxPerAddress }: { maxConnections: number; maxPerAddress: number }) => ({
  maxConnections,
  maxPerAddress,
});

/** ConfigError names the file that cannot be read. */
function rtmpSettings({ rtmp: { port, tlsPort, cert, key, ...rtmp }, origin: { batchMs } }: BridgeSettings) {
  const limits = limitsOf(rtmp);
  if (tlsPort === undefined) return { port, batchMs, limits };
  return { port, batchMs, limits, tls: { port: tlsPort, cert: readPem('TLS_CERT', cert), key: readPem('TLS_KEY', key) } };
}

function readPem(option: string, file: string | undefined): string {
  if (file === undefined) throw new ConfigError(`RTMPS_PORT needs a certificate: set ${option}.`);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${option}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
