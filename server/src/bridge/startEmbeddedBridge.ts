import path from 'node:path';
import type { EmbeddedBridgeSettings } from '@lianmai/kit';
import type { Bridges } from './Bridges.js';
import { inDataFolder, lanAddresses, type ServerConfig, isEveryAddress, connectableHost } from '../config/index.js';
import { assertPortIsFree, assertUdpPortIsFree, certificateFiles } from '../http/index.js';
import type { SupervisorLink } from '../supervisor/index.js';

export interface EmbeddedBridgeContext {
  config: ServerConfig;
  bridges: Bridges;
  supervisor: SupervisorLink;
  /** Where it finds this server. */
  port: number;
}

/**
 * Has the supervisor run the bridge beside this server, unless one with the same settings has outlived the last server. Throws a ConfigError that
 * names a port that is taken, or a folder that cannot be written.
 */
export async function startEmbeddedBridge({ config, bridges, supervisor, port }: EmbeddedBridgeContext): Promise<void> {
  const { bridgeToken, bridgeSettings } = supervisor.welcome;
  bridges.expectToken(bridgeToken);
  supervisor.on('bridgeEnded', (bridgeId) => bridges.processEnded(bridgeId));
  if (!bridgeSettings) await assertPortsAreFree(config);
  supervisor.runBridge(await settingsFor(config, port), config.bridge.spare);
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
