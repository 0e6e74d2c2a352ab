import { CONFIG_ERROR_STATUS, ConfigError, createLog, sendAlive, SPARE_BRIDGE_ARGUMENT, type Log, type Scope } from '@lianmai/kit';
import { readSettings } from './config.js';
import { NICENESS, setOwnNiceness } from './runtime/index.js';
import { FfmpegNotFound } from './media/ffmpeg/index.js';
import { prepareBridge } from './prepareBridge.js';
import { receiveSettings, tellSupervisor } from './supervisor.js';
import { startBridge } from './startBridge.js';

/** Closes on a signal, or when the supervisor is gone. */
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
  // A bridge on another machine has no channel to a supervisor.
  process.on('disconnect', () => close('the supervisor is gone'));
  if (process.connected === false) close('the supervisor is gone');
}

async function main(): Promise<void> {
  try {
    const ownSettings = process.argv.includes(SPARE_BRIDGE_ARGUMENT) ? null : readSettings(process.env);
    delete process.env['BRIDGE_TOKEN']; // child processes inherit the environment, and a hostile stream may take one over
    const log = createLog('bridge', ownSettings?.logLevel ?? 'info');
    const prepared = await prepareBridge(log);
    const config = ownSettings ?? (await receiveSettings(prepared));
    log.level = config.logLevel;
    if (!setOwnNiceness(NICENESS.bridge)) log.info('the system does not allow a higher priority');
    sendAlive();
    closeOnDemand(await startBridge(prepared, config), log);
    tellSupervisor({ kind: 'serving' });
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof FfmpegNotFound)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(CONFIG_ERROR_STATUS);
  }
}

await main();
