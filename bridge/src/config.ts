import { BridgeSettings, loadConfig, STREAM_ENV_PATHS } from '@lianmai/kit';

/** Settings that only a bridge has. An embedded one reads them too. */
const BRIDGE_ENV_PATHS = {
  BRIDGE_ID: 'bridgeId',
  RTP_IP: 'rtpIp',
  ORPHAN_MS: 'orphanMs',
  OUTPUT_INSECURE_TLS: 'insecureTls',
};

/** Settings that the server hands to its embedded bridge; any other bridge reads them from its environment. */
const EXTERNAL_ENV_PATHS = {
  ...STREAM_ENV_PATHS,
  SERVER_URL: 'serverUrl',
  BRIDGE_TOKEN: 'token',
  ORIGIN_HOST: 'host',
  TLS_CERT: 'rtmp.cert',
  TLS_KEY: 'rtmp.key',
  LOG_LEVEL: 'logLevel',
};

type Environment = Readonly<Record<string, string | undefined>>;

/** Reads the settings of a bridge on another machine. Throws a ConfigError. */
export const readSettings = (env: Environment): BridgeSettings =>
  loadConfig(BridgeSettings, { base: {}, env, envPaths: { ...EXTERNAL_ENV_PATHS, ...BRIDGE_ENV_PATHS } });

/** Checks the settings of an embedded bridge. From the environment it takes only what no server sets. Throws a ConfigError. */
export const settingsFrom = (handedOver: Record<string, unknown>, env: Environment): BridgeSettings =>
  loadConfig(BridgeSettings, { base: handedOver, env, envPaths: BRIDGE_ENV_PATHS });
