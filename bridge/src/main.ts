import { randomBytes } from 'node:crypto';
import { fstatSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { ConfigError, createLog, Metrics, Scope, Secret, type Log } from '@lianmai/kit';
import { SpriteRenderer } from './program/compositor/overlays/index.js';
import { readConfig, type BridgeConfig } from './config.js';
import { ServerLink, type Announce } from './runtime/control/index.js';
import { createOutputKinds } from './egress/index.js';
import { SfuFeeds } from './sfu/out/index.js';
import { FfmpegNotFound, findFfmpeg } from './media/ffmpeg/index.js';
import { Gate } from './hub/gate/index.js';
import { Pull } from './pull/index.js';
import { SfuIngests } from './sfu/in/index.js';
import { StreamJobRunner } from './jobs/index.js';
import { RtmpServer } from './servers/rtmp/index.js';
import { SrtServerHost } from './servers/srt/index.js';
import { createOriginServer, metricsRoutes, posterRoutes, requireServer } from './servers/http/index.js';
import { Recorder, recordingFormats, recordingHandlers, recordingRoutes } from './recorder/index.js';
import { AssetCache, Programs, SharedCpuUsage, ThreadPool } from './program/index.js';
import { FLV, HLS, Renditions, SRT, WEBRTC, type AcceptedCodecs } from './hub/renditions/index.js';
import { StreamReport } from './hub/report/index.js';
import { StreamHub, type Stream } from './hub/stream/index.js';

/** Builds the bridge's parts and gives each what it needs; answers the scope that closes them in reverse. */
async function startBridge(config: BridgeConfig, log: Log): Promise<Scope> {
  const scope = new Scope();
  try {
    const spriteRenderer = scope.own(new SpriteRenderer(log));
    const threads = scope.own(new ThreadPool(log));
    const ffmpeg = await findFfmpeg();
    log.info(ffmpeg, 'FFmpeg');
    const hub = scope.own(new StreamHub());
    const metrics = new Metrics();
    const renditions = scope.own(new Renditions({ ffmpeg, log }));
    // Who is there before all parts are waits: encoders and players are, when a bridge is started again under them.
    let introduce: (link: ServerLink) => void = () => undefined;
    const introduced = new Promise<ServerLink>((resolve) => (introduce = resolve));
    const gate = new Gate({ authorise: async (request) => (await introduced).authorise(request) });
    const host = config.originHost === undefined ? {} : { host: config.originHost };
    const openReader = renditions.read;
    const recorder = scope.own(await Recorder.open({ ...recordSettings(config), formats: recordingFormats(ffmpeg), openReader, log }));
    const mediaSecret = new Secret(randomBytes(24).toString('base64url'));
    const origin = scope.own(
      await createOriginServer({
        further: [
          metricsRoutes(metrics, mediaSecret),
          recordingRoutes(recorder.catalogue, requireServer(mediaSecret)),
          posterRoutes({ hub, gate, ffmpeg, log }),
        ],
        ...{ hub, gate, log },
        port: config.originPort,
        ...host,
        metrics,
        flv: { batchMs: config.batchMs, openRendition: (stream) => renditions.open(stream, FLV) },
        hls: { ...hlsSettings(config), openRendition: (stream) => renditions.open(stream, HLS) },
      }),
    );
    const openRendition = (stream: Stream, accepts: AcceptedCodecs) => renditions.open(stream, accepts);
    const rtmp = scope.own(await RtmpServer.open({ ...rtmpSettings(config), ...host, gate, hub, openRendition, log, metrics }));
    const srt = scope.own(
      await SrtServerHost.open({
        ...{ ...config.srt, ...host, gate, hub, log, metrics },
        openRendition: (stream) => renditions.open(stream, SRT),
        logLevel: config.logLevel,
      }),
    );
    const kinds = createOutputKinds({ insecureTls: config.insecureTls });

    const assets: AssetCache = new AssetCache(config.dataDir, (id) => link.fetchAsset(id));
    const programs: Programs = new Programs({
      ...{ hub, kinds, openReader, ffmpeg, spriteRenderer, assets, threads, log },
      usage: new SharedCpuUsage(),
      rtpIp: config.rtpIp,
      logLevel: config.logLevel,
      announce: (name, data) => link.announce(name, data),
      hlsViewers: (id) => origin.viewers(id),
    });
    recorder.catalogue.on('changed', (recording) => link.announce('recordingChanged', recording));
    const jobs = new StreamJobRunner({
      ...{ hub, kinds, openReader, log },
      createPull: (stream, url) =>
        new Pull({ stream, url, ...config.pull, mediaDir: path.join(config.dataDir, 'media'), gate, hub, ffmpeg, log }),
      record: (stream, rule) => recorder.record(stream, rule),
      announce: (name, data) => link.announce(name, data),
    });
    const announce: Announce = (name, data) => link.announce(name, data);
    const ingests = scope.own(new SfuIngests({ gate, hub, rtpIp: config.rtpIp, announce, log }));
    const feeds = scope.own(
      new SfuFeeds({
        ...{ hub, announce, log },
        rtpIp: config.rtpIp,
        openRendition: (source) => renditions.open(source, WEBRTC),
        passesPictures: (source) => renditions.conversionsOf(source).some(({ target, video }) => target === 'webrtc' && video === 'copied'),
        requestKeyFrame: (streamKey) => ingests.requestKeyFrame(streamKey),
      }),
    );
    const link: ServerLink = new ServerLink({
      url: config.serverUrl,
      token: config.token,
      handlers: {
        ...programs.handlers,
        ...ingests.handlers,
        ...feeds.handlers,
        ...recordingHandlers(recorder.catalogue),
        setStreamJobs: (wanted) => {
          jobs.want(wanted);
          return Promise.resolve({});
        },
        readClients: (stream) => Promise.resolve({ clients: gate.clients(stream) }),
        async kick({ clientId, forget, ...stream }) {
          const kicked = gate.kick(stream, clientId);
          if (forget) {
            hub.end(stream, 'it was deleted');
            await origin.forget(stream);
          }
          return { kicked };
        },
      },
      hello: () => ({
        bridgeId: config.bridgeId,
        origin: { url: config.originUrl ?? null, port: origin.port },
        ports: { rtmp: rtmp.port, rtmps: rtmp.tlsPort, srt: srt.port },
        mediaSecret: mediaSecret.reveal(),
        encoders: ffmpeg.encoders,
        outputKinds: kinds.advertise(),
        programs: programs.summaries,
      }),
      onConnected: () => {
        programs.announceAll();
        jobs.announceAll();
      },
      onOrphaned: () => {
        for (const parts of [programs, ingests, feeds]) void parts.stopAll('no server');
      },
      orphanMs: config.orphanMs,
      log,
    });
    scope.own(link);
    introduce(link);
    scope.own(new StreamReport({ hub, gate, renditions, announce }));
    scope.own(programs);
    scope.own(jobs);
    return scope;
  } catch (error) {
    await scope.close('not started');
    throw error;
  }
}

const recordSettings = ({ record, dataDir }: BridgeConfig) => ({
  dir: record.dir ?? path.join(dataDir, 'recordings'),
  retention: { maxAgeDays: record.maxAgeDays, maxGigabytes: record.maxGigabytes },
  minFreeBytes: record.minFreeMb * 1024 * 1024,
});

const hlsSettings = ({ hls, dataDir }: BridgeConfig) => ({
  targetMs: hls.segmentMs,
  partMs: hls.partMs,
  dvrSeconds: hls.dvrSeconds,
  dvrDirectory: path.join(dataDir, 'dvr'),
});

/** ConfigError names the file that cannot be read. */
function rtmpSettings({ rtmp: { port, tlsPort, cert, key }, batchMs }: BridgeConfig) {
  if (tlsPort === undefined) return { port, batchMs };
  return { port, batchMs, tls: { port: tlsPort, cert: readPem('TLS_CERT', cert), key: readPem('TLS_KEY', key) } };
}

function readPem(option: string, file: string | undefined): string {
  if (file === undefined) throw new ConfigError(`RTMPS_PORT needs a certificate: set ${option}.`);
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new ConfigError(`${option}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** A signal, or the end of the process that started us, if our stdin is a pipe of it (in a container or a service it is none). */
function closeOnDemand(scope: Scope, log: Log): void {
  const close = (reason: string) => {
    log.info({ reason }, 'closing');
    scope.close(reason).then(
      () => process.exit(0),
      (error: unknown) => {
        log.error({ err: error }, 'not everything closed cleanly');
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', () => close('SIGTERM'));
  process.on('SIGINT', () => close('SIGINT'));
  process.on('disconnect', () => close('parent is gone'));
  if (!isPipe(0)) return;
  process.stdin.on('end', () => close('parent is gone')).on('error', () => undefined);
  process.stdin.resume();
}

function isPipe(fd: number): boolean {
  try {
    const stat = fstatSync(fd);
    return stat.isFIFO() || stat.isSocket();
  } catch {
    return false;
  }
}

async function main(): Promise<void> {
  try {
    const config = readConfig(process.env);
    const log = createLog('bridge', config.logLevel);
    closeOnDemand(await startBridge(config, log), log);
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof FfmpegNotFound)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(2);
  }
}

await main();
