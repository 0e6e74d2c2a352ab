/**
 * The operator's settings. One schema; its defaults < `lianmai.config.yaml` < environment < command line. A wrong value is a ConfigError that names
 * the value where the operator wrote it (file path, variable or option) and what was expected there.
 */
import { ConfigFile, loadConfig } from '@lianmai/kit';
import type { CommandLine } from './commandLine.js';
import { ENV_PATHS, ServerConfig } from './settingsWithDefaults.js';

export { type CommandLine, helpText, parseCommandLine } from './commandLine.js';
export { isEveryAddress, originUrlOf, connectableHost } from './originUrl.js';
export { inDataFolder } from './dataFolder.js';
export { lanAddresses } from './lanAddresses.js';
export { ENV_PATHS, ServerConfig } from './settingsWithDefaults.js';
export { trustFunction, type IsTrustedProxy, type TrustedProxies } from './trustedProxies.js';

export const DEFAULT_FILE = 'lianmai.config.yaml';

export function loadServerConfig(
  line: Pick<CommandLine, 'file' | 'values' | 'paths'>,
  env: Readonly<Record<string, string | undefined>>,
): ServerConfig {
  return loadConfig(ServerConfig, {
    base: new ConfigFile(line.file ?? DEFAULT_FILE, { isRequired: line.file !== null }),
    env: { ...env, ...line.values },
    envPaths: { ...ENV_PATHS, ...line.paths },
  });
}
