import { parseArgs, type ParseArgsConfig } from 'node:util';
import { ConfigError } from '@lianmai/kit';

/** Option → place in the schema, and what --help says about it. */
export const OPTIONS = {
  port: { path: 'http.port', argument: 'PORT', help: 'pages, signalling and API (3000)' },
  host: { path: 'http.host', argument: 'ADDRESS', help: 'address to listen on (0.0.0.0)' },
  https: { path: 'http.https.enabled', argument: null, help: 'HTTPS on that port; browsers want it for cameras on LAN addresses' },
  cert: { path: 'http.https.cert', argument: 'FILE', help: 'certificate, PEM; left out: self-signed' },
  key: { path: 'http.https.key', argument: 'FILE', help: 'its private key, PEM' },
  'origin-port': { path: 'origin.port', argument: 'PORT', help: 'HLS and HTTP-FLV (8080)' },
  'rtmp-port': { path: 'rtmp.port', argument: 'PORT', help: 'RTMP (1935)' },
  'srt-port': { path: 'srt.port', argument: 'PORT', help: 'SRT, UDP (10080)' },
  'rtc-port': { path: 'rtc.port', argument: 'PORT', help: 'WebRTC, UDP and TCP, one per worker from here on (40000)' },
  'announced-ip': { path: 'rtc.announcedIp', argument: 'ADDRESSES', help: 'what browsers connect to for media; commas between several' },
  'data-dir': { path: 'dataDir', argument: 'FOLDER', help: 'certificates, uploads (./data)' },
} as const;

export interface CommandLine {
  /** The task of the process. */
  task: 'serve' | 'help' | 'version' | 'printConfig';
  /** `null`: the default file, if it is there. */
  file: string | null;
  /** `--port` → '4000', as loadConfig names it in its errors. */
  values: Record<string, string>;
  paths: Record<string, string>;
}

/** Reads the command line; an unknown or incomplete option is a ConfigError. */
export function parseCommandLine(argv: readonly string[]): CommandLine {
  const values = parseOrExplain(argv);
  const line: CommandLine = {
    task: taskOf(values),
    file: typeof values['config'] === 'string' ? values['config'] : null,
    values: {},
    paths: {},
  };
  for (const [name, option] of Object.entries(OPTIONS)) {
    const value = values[name];
    if (typeof value !== 'string' && typeof value !== 'boolean') continue;
    line.values[`--${name}`] = String(value);
    line.paths[`--${name}`] = option.path;
  }
  return line;
}

type Settings = NonNullable<ParseArgsConfig['options']>;

function parseOrExplain(argv: readonly string[]): Readonly<Record<string, unknown>> {
  const options: Settings = {
    config: { type: 'string' },
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'v' },
    'print-config': { type: 'boolean' },
  };
  for (const [name, { argument }] of Object.entries(OPTIONS)) options[name] = { type: argument === null ? 'boolean' : 'string' };
  try {
    return parseArgs({ args: [...argv], strict: true, allowPositionals: false, options }).values;
  } catch (error) {
    throw new ConfigError(`${error instanceof Error ? error.message : String(error)}\nTry --help.`);
  }
}

function taskOf(values: Readonly<Record<string, unknown>>): CommandLine['task'] {
  if (values['help'] === true) return 'help';
  if (values['version'] === true) return 'version';
  return values['print-config'] === true ? 'printConfig' : 'serve';
}

export function helpText(): string {
  const rows: [string, string][] = [
    ...Object.entries(OPTIONS).map(([name, { argument, help }]): [string, string] => [
      argument ? `--${name} ${argument}` : `--${name}`,
      help,
    ]),
    ['--config FILE', 'settings (lianmai.config.yaml, if it is there)'],
    ['--print-config', 'show the settings in force, secrets hidden, and stop'],
    ['--version, --help', ''],
  ];
  const lines = rows.map(([option, help]) => `  ${option.padEnd(26)}${help}`.trimEnd());
  return `Lianmai: interactive live streaming.\n\nOptions, which go before the environment, which goes before the file:\n${lines.join('\n')}\n`;
}
