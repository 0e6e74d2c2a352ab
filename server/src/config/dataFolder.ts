import path from 'node:path';
import { ConfigError } from '@lianmai/kit';

/** Opens what is kept in the data folder. Throws a ConfigError that names the folder and its setting when it cannot be read or written. */
export async function inDataFolder<T>(dataDir: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    const advice = 'Choose another one with DATA_DIR, --data-dir or dataDir, or let this process write to it.';
    throw new ConfigError(`The data folder ${path.resolve(dataDir)} cannot be used: ${reason}\n${advice}`);
  }
}
