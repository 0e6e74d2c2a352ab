import path from 'node:path';
import type { EmbeddedBridgeSettings, Log } from '@lianmai/kit';
import type { TokenAuthority } from '../authorisation/index.js';
import type { Bridges } from './Bridges.js';
import { EmbeddedBridge } from './EmbeddedBridge.js';
import { inDataFolder, lanAddresses, type ServerConfig, isEveryAddress, connectableHost } from '../config/index.js';
import { assertPortIsFree, assertUdpPortIsFree, certificateFiles } from '../http/index.js';

export interface EmbeddedBridgeContext {
  config: ServerConfig;
  authority: TokenAuthority;
  bridges: Bridges;
  /** Where it finds this server. */
  port: number;
  log: Log;
}

/** Starts the bridge beside this server. Throws a ConfigError that names a port that is taken, or a folder that cannot be written. */
export async function startEmbeddedBridge({ config, authority, bridges, port, log }: EmbeddedBridgeContext): Promise<EmbeddedBridge> {
  await assertPortsAreFree(config);
  return EmbeddedBridge.start({
    settings: await settingsFor(config, port),
    mintToken: () => {
      const token = authority.mintBridgeToken();
      bridges.expectToken(token);
      return token;
    },
    onEnded: (token) => {
      authority.releaseBridgeToken(token);
      bridges.tokenHolderEnded(token);
    },
    log: log.child({ part: 'bridge' }),
  });
}

async function assertPortsAreFree({ http: { host }, origin, rtmp, srt }: ServerConfig): Promise<void> {
  await assertPortIsFree(origin.port, host, 'ORIGIN_PORT, --origin-port or origin.port');
  await assertPortIsFree(rtmp.port, host, 'RTMP_PORT, --rtmp-port or rtmp.port');
  await assertUdpPortIsFree(srt.port, host, 'SRT_PORT, --srt-port or srt.port');
  if (rtmp.tlsPort !== undefined) await assertPortIsFree(rtmp.tlsPort, host, 'RTMPS_PORT or rtmp.tlsPort');
}

const rtmpsCertificate = ({ http, dataDir }: ServerConfig) =>
  inDataFolder(dataDir, () => certificateFiles(http.https, dataDir, lanAddresses()));

async function settingsFor(config: ServerConfig, port: number): Promise<EmbeddedBridgeSettings> {
  const { http, origin, rtmp, srt, output, pull, dataDir } = config;
  const { patterns: _, dir, ...record } = config.record;
  return {
    serverUrl: `http://${http.https.enabled ? '127.0.0.1' : connectableHost(http.host)}:${port}`,
    // Without a host, its listeners take IPv6 too.
    host: isEveryAddress(http.host) ? undefined : http.host,
    origin,
    rtmp: rtmp.tlsPort === undefined ? rtmp : { ...rtmp, ...(await rtmpsCertificate(config)) },
    srt,
    output,
    pull,
    record: { ...record, dir: dir && path.resolve(dir) },
    dataDir: path.resolve(dataDir),
    logLevel: config.log.level,
  };
}
