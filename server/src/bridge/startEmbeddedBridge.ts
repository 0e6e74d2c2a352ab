import path from 'node:path';
import type { Log } from '@lianmai/kit';
import type { TokenAuthority } from '../authorisation/index.js';
import type { Bridges } from './Bridges.js';
import { EmbeddedBridge } from './EmbeddedBridge.js';
import { lanAddresses, type ServerConfig, isEveryAddress, connectableHost } from '../config/index.js';
import { assertPortIsFree, assertUdpPortIsFree, certificateFiles } from '../http/index.js';

export interface EmbeddedBridgeContext {
  config: ServerConfig;
  authority: TokenAuthority;
  bridges: Bridges;
  /** Where it finds this server. */
  port: number;
  log: Log;
}

/** The bridge beside this server, with what it has to know. ConfigError names the port that is taken. */
export async function startEmbeddedBridge({ config, authority, bridges, port, log }: EmbeddedBridgeContext): Promise<EmbeddedBridge> {
  const { host } = config.http;
  await assertPortIsFree(config.origin.port, host, 'ORIGIN_PORT, --origin-port or origin.port');
  await assertPortIsFree(config.rtmp.port, host, 'RTMP_PORT, --rtmp-port or rtmp.port');
  await assertUdpPortIsFree(config.srt.port, host, 'SRT_PORT, --srt-port or srt.port');
  return EmbeddedBridge.start({
    serverUrl: `http://${config.http.https.enabled ? '127.0.0.1' : connectableHost(host)}:${port}`,
    mintToken: () => authority.mintBridgeToken(),
    onEnded: (token) => bridges.tokenHolderEnded(token),
    env: {
      ORIGIN_PORT: String(config.origin.port),
      // Left out, its listeners take IPv6 too.
      ...(!isEveryAddress(host) && { ORIGIN_HOST: host }),
      ...streamSettings(config),
      ...(await rtmpsSettings(config)),
      DATA_DIR: path.resolve(config.dataDir),
      LOG_LEVEL: config.log.level,
    },
    log: log.child({ part: 'bridge' }),
  });
}

/** What the embedded bridge has to know of the settings that concern streams. */
const streamSettings = ({ origin, rtmp, srt, pull, record }: ServerConfig): Record<string, string> => ({
  ORIGIN_BATCH_MS: String(origin.batchMs),
  HLS_SEGMENT_MS: String(origin.hls.segmentMs),
  HLS_PART_MS: String(origin.hls.partMs),
  DVR_SECONDS: String(origin.hls.dvrSeconds),
  RTMP_PORT: String(rtmp.port),
  SRT_PORT: String(srt.port),
  SRT_LATENCY_MS: String(srt.latencyMs),
  PULL_ALLOW_PRIVATE: String(pull.allowPrivate),
  ...(record.dir !== undefined && { RECORD_DIR: path.resolve(record.dir) }),
  RECORD_MAX_AGE_DAYS: String(record.maxAgeDays),
  RECORD_MAX_GIGABYTES: String(record.maxGigabytes),
  RECORD_MIN_FREE_MB: String(record.minFreeMb),
});

async function rtmpsSettings({ rtmp: { tlsPort }, http: { host, https }, dataDir }: ServerConfig): Promise<Record<string, string>> {
  if (tlsPort === undefined) return {};
  await assertPortIsFree(tlsPort, host, 'RTMPS_PORT or rtmp.tlsPort');
  const { cert, key } = await certificateFiles(https, dataDir, lanAddresses());
  return { RTMPS_PORT: String(tlsPort), TLS_CERT: cert, TLS_KEY: key };
}
