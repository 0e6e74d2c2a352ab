import { availableParallelism } from 'node:os';
import { flag, integer, oneOf, port, Secret, section, STREAM_ENV_PATHS, streamSettings, text } from '@lianmai/kit';
import { RecordPattern } from '@lianmai/protocol';
import { z } from 'zod';
import { defaultAnnouncedIps } from './lanAddresses.js';
import { pictureSettings, programSettings } from './programSettingsWithDefaults.js';
import { publishSettings } from './publishSettingsWithDefaults.js';
import { chatSettings, roomSettings } from './roomSettingsWithDefaults.js';
import { trustedProxies } from './trustedProxies.js';

const secret = (minLength: number) => {
  const expected = `expected at least ${minLength} characters`;
  return z
    .string(expected)
    .min(minLength, expected)
    .transform((value) => new Secret(value));
};

const ADDRESS = /^(?:[0-9A-Fa-f:.]+|[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?)$/;
const addresses = z
  .union([z.string().transform((list) => list.split(',').map((item) => item.trim())), z.array(z.string())], 'expected an address or a list')
  .pipe(
    z.array(z.string().regex(ADDRESS, 'expected IP addresses or host names, separated by commas')).min(1, 'expected at least one address'),
  );

const Http = section({
  /** Pages, signalling and API. */
  port: port().default(3000),
  host: text('expected an address to listen on').default('0.0.0.0'),
  https: section({
    enabled: flag().default(false),
    /** PEM files; left out: a self-signed certificate is made and kept in the data folder. */
    cert: text('expected the path of a PEM file').optional(),
    key: text('expected the path of a PEM file').optional(),
  }),
  /** The reverse proxies whose X-Forwarded-For, -Host and -Proto are believed: how many there are, or their addresses. */
  trustProxy: trustedProxies().default(0),
}).refine((http) => (http.https.cert === undefined) === (http.https.key === undefined), {
  path: ['https'],
  message: 'expected cert and key together, or neither',
});

const Rtc = section({
  /** First UDP and TCP port of WebRTC; worker i listens on port + i. */
  port: port().default(40_000),
  workers: integer(1, 128).default(() => Math.min(availableParallelism(), 128)),
  listenIp: text('expected an address to listen on').default('0.0.0.0'),
  /** Addresses that browsers are told to connect to: public IPs or names, one or several. */
  announcedIp: addresses.default(defaultAnnouncedIps),
  /** Most that one publisher may send. */
  maxIncomingBitrateKbps: integer(100, 100_000).default(6000),
  /** STUN/TURN servers for the pages. */
  iceServers: z
    .array(z.strictObject({ urls: z.array(z.string()).min(1), username: z.string().optional(), credential: z.string().optional() }))
    .default([]),
}).refine((rtc) => rtc.port === 0 || rtc.port + rtc.workers - 1 <= 65_535, {
  path: ['port'],
  message: 'expected room for one port per worker below 65536',
});

/** Everything an operator can set, with its default. The settings of streams and their defaults are the bridge's too: see `streamSettings` in the kit. */
export const ServerConfig = section({
  http: Http,
  origin: section(streamSettings.origin),
  /** RTMPS takes the certificate of `http.https`, or a self-signed one. */
  rtmp: section(streamSettings.rtmp),
  srt: section(streamSettings.srt),
  streams: publishSettings,
  record: section({
    ...streamSettings.record,
    /** Streams that are recorded without being asked: `{ app: live, name: '*' }`. */
    patterns: z.array(RecordPattern).default([]),
  }),
  output: section(streamSettings.output),
  pull: section(streamSettings.pull),
  rtc: Rtc,
  dataDir: text('expected a folder').default('./data'),
  /** The key that mints tokens; left out: a random one for this run. */
  api: section({ key: text('expected a key id').optional(), secret: secret(8).optional() }).refine(
    (api) => (api.key === undefined) === (api.secret === undefined),
    { message: 'expected key and secret together (LIANMAI_API_KEY and LIANMAI_API_SECRET), or neither' },
  ),
  access: section({
    /** open: the lobby page hands out tokens itself. token: only who has an API key does. */
    lobby: oneOf(['open', 'token']).default('open'),
  }),
  rooms: roomSettings,
  chat: chatSettings,
  program: programSettings,
  pictures: pictureSettings,
  bridge: section({
    /** embedded: this process starts a bridge beside it. external: bridges elsewhere connect with the bridge token. */
    mode: oneOf(['embedded', 'external']).default('embedded'),
    /** Keeps a second bridge process ready (200 MB), so that programs are back in seconds when the first one dies. */
    spare: flag().default(true),
    token: secret(16).optional(),
  }),
  log: section({ level: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info') }),
});
export type ServerConfig = z.output<typeof ServerConfig>;

/** Environment variable → place in the schema. */
export const ENV_PATHS = {
  PORT: 'http.port',
  HOST: 'http.host',
  HTTPS: 'http.https.enabled',
  HTTPS_CERT: 'http.https.cert',
  HTTPS_KEY: 'http.https.key',
  TRUST_PROXY: 'http.trustProxy',
  ...STREAM_ENV_PATHS,
  RESUME_GRACE_MS: 'streams.resumeGraceMs',
  STREAM_TAKEN: 'streams.onTaken',
  RTC_PORT: 'rtc.port',
  RTC_WORKERS: 'rtc.workers',
  RTC_LISTEN_IP: 'rtc.listenIp',
  ANNOUNCED_IP: 'rtc.announcedIp',
  LIANMAI_API_KEY: 'api.key',
  LIANMAI_API_SECRET: 'api.secret',
  LIANMAI_LOBBY: 'access.lobby',
  LIANMAI_BRIDGE: 'bridge.mode',
  LIANMAI_BRIDGE_SPARE: 'bridge.spare',
  LIANMAI_BRIDGE_TOKEN: 'bridge.token',
  PROGRAM_MAX_CORES: 'program.maxCores',
  PROGRAM_MAX_PER_ADDRESS: 'program.maxPerAddress',
  LOBBY_PROFILE: 'program.lobbyProfile',
  PICTURES_MAX_MB: 'pictures.maxMb',
  PICTURES_MAX_ROOM_MB: 'pictures.maxRoomMb',
  STAGE_POLICY: 'rooms.stagePolicy',
  REQUEST_EXPIRY_MS: 'rooms.requestExpiryMs',
  HOST_GRACE_MS: 'rooms.hostGraceMs',
  RECONNECT_GRACE_MS: 'rooms.reconnectGraceMs',
  EMPTY_ROOM_TTL_MS: 'rooms.emptyRoomTtlMs',
  LOG_LEVEL: 'log.level',
} as const;
