import { once } from 'node:events';
import { ConfigError, SPARE_BRIDGE_ARGUMENT, type BridgeProcessMessage, type BridgeSettings } from '@lianmai/kit';
import { z } from 'zod';
import { settingsFrom } from './config.js';
import type { PreparedBridge } from './prepareBridge.js';

const HandedOver = z.record(z.string(), z.unknown());

/** Does nothing on another machine than the server's, where there is no supervisor. */
export function tellSupervisor(message: BridgeProcessMessage): void {
  if (process.connected) process.send?.(message);
}

/**
 * Waits for the settings that turn a spare into the bridge, which may come before everything is loaded. A spare ends with its supervisor. Throws a
 * ConfigError.
 */
export async function receiveSettings(prepared: PreparedBridge): Promise<BridgeSettings> {
  if (!process.send) throw new ConfigError(`${SPARE_BRIDGE_ARGUMENT} is for bridges that a server's supervisor starts.`);
  if (!process.connected) leave();
  process.once('disconnect', leave);
  void prepared.loaded.then(() => tellSupervisor({ kind: 'prepared' }));
  const [message] = (await once(process, 'message')) as [unknown];
  process.off('disconnect', leave);
  // The list of processes shows no spare any more.
  process.title = [process.execPath, ...process.argv.slice(1)].filter((argument) => argument !== SPARE_BRIDGE_ARGUMENT).join(' ');
  return settingsFrom(HandedOver.parse(message), process.env);
}

function leave(): never {
  process.exit(0);
}
