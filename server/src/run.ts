import { readFileSync } from 'node:fs';
import { CONFIG_ERROR_STATUS, ConfigError, createLog, Metrics, Scope, Secret, type Log } from '@lianmai/kit';
import { apiKeyFrom, TokenAuthority, type ApiKey } from './authorisation/index.js';
import { buildServer, openCertificate, openListener, startupMessage, type BootContext } from './boot/index.js';
import { helpText, lanAddresses, loadServerConfig, parseCommandLine, type ServerConfig } from './config/index.js';
import { SupervisorLink } from './supervisor/index.js';

/** The process ends after this long, whether everything has closed or not. */
const CLOSE_WITHIN_MS = 4500;

/** Does what the command line asks for. Exits with CONFIG_ERROR_STATUS for a wrong setting; throws whatever else keeps it from starting. */
export async function run(): Promise<void> {
  try {
    await main();
  } catch (error) {
    // An operator can put a wrong setting right and needs no stack.
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(CONFIG_ERROR_STATUS);
  }
}

async function main(): Promise<void> {
  const line = parseCommandLine(process.argv.slice(2));
  if (line.task === 'help') return print(helpText());
  if (line.task === 'version') return print(`${version()}\n`);
  const config = loadServerConfig(line, process.env);
  if (line.task === 'printConfig') return print(`${JSON.stringify(config, null, 2)}\n`);
  await serve(config);
}

async function serve(config: ServerConfig): Promise<void> {
  const log = createLog('server', config.log.level);
  const scope = new Scope();
  const supervisor = await SupervisorLink.open();
  const { bridgeToken, developmentSecret } = supervisor.welcome;
  const apiKey = apiKeyFrom(config.api, developmentSecret);
  endOnDemand(supervisor, scope, log);
  try {
    const certificate = await openCertificate(config);
    const listener = scope.own(await openListener(config, certificate));
    const operatorsToken = config.bridge.token;
    const authority = new TokenAuthority(apiKey, [new Secret(bridgeToken), ...(operatorsToken ? [operatorsToken] : [])]);
    await buildServer({ config, scope, log, authority, metrics: new Metrics(), listener, supervisor } satisfies BootContext);
    supervisor.ready(config.log.level);
    warnOfWeakSecret(apiKey, log);
    print(messageFor(config, { apiKey, port: listener.port, isSelfSigned: certificate?.isSelfSigned ?? false }));
  } catch (error) {
    await scope.close('the start failed').catch(() => undefined);
    // A signal during the start is no failure.
    if (!isEnding) throw error;
  }
}

function messageFor(config: ServerConfig, started: { apiKey: ApiKey; port: number; isSelfSigned: boolean }): string {
  return startupMessage({
    ...started,
    version: version(),
    isSecure: config.http.https.enabled,
    lanAddresses: lanAddresses(),
    originUrl: config.origin.publicUrl ?? `http://localhost:${config.origin.port}`,
    rtmpPort: config.rtmp.port,
    srtPort: config.srt.port,
  });
}

function warnOfWeakSecret({ secret, isDevelopment }: ApiKey, log: Log): void {
  if (!isDevelopment && secret.reveal().length < 32)
    log.warn('the API secret is shorter than 32 characters: tokens signed with it can be guessed');
}

let isEnding = false;

/**
 * The supervisor has everything closed in order. A signal to this process alone, or an uncaught error, ends it at once: the supervisor starts a
 * sound one, and the bridge keeps programs on air meanwhile.
 */
function endOnDemand(supervisor: SupervisorLink, scope: Scope, log: Log): void {
  supervisor.on('end', (reason) => {
    isEnding = true;
    log.info({ reason }, 'shutting down');
    setTimeout(() => process.exit(0), CLOSE_WITHIN_MS);
    scope
      .close(reason)
      .catch((error: unknown) => log.error({ err: error }, 'not everything closed cleanly'))
      .finally(() => process.exit(0));
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => process.exit(0));
  for (const fault of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(fault, (error: unknown) => {
      log.fatal({ err: error }, fault);
      process.exit(1);
    });
  }
}

const print = (text: string): void => {
  process.stdout.write(text);
};

function version(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as { version: unknown };
  return String(manifest.version);
}
