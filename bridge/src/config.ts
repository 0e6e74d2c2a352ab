import { BRIDGE_SETTINGS_VARIABLE, BridgeSettings, ConfigError, loadConfig, STREAM_ENV_PATHS } from '@lianmai/kit';

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

/** Reads the settings from the environment: handed over by a server as one JSON value, or one variable each. Throws a ConfigError. */
export function readSettings(env: Readonly<Record<string, string | undefined>>): BridgeSettings {
  const handedOver = env[BRIDGE_SETTINGS_VARIABLE];
  if (handedOver === undefined)
    return loadConfig(BridgeSettings, { base: {}, env, envPaths: { ...EXTERNAL_ENV_PATHS, ...BRIDGE_ENV_PATHS } });
  return loadConfig(BridgeSettings, { base: parseObject(handedOver), env, envPaths: BRIDGE_ENV_PATHS });
}

function parseObject(json: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(json);
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    // The message would show what was handed over, the token included.
  }
  throw new ConfigError(`${BRIDGE_SETTINGS_VARIABLE}: expected a JSON object`);
}
