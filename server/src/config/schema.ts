import { availableParallelism } from 'node:os';
import { flag, port, Secret } from '@lianmai/kit';
import { MAX_SEATS, RecordPattern } from '@lianmai/protocol';
import { z } from 'zod';
import { defaultAnnouncedIps } from './lanAddresses.js';

/** A part of the file; an empty part (`http:` with nothing under it) means its defaults. */
const section = <S extends z.ZodRawShape>(shape: S) => z.preprocess((value) => value ?? {}, z.strictObject(shape));

const integer = (min: number, max: number) => {
  const expected = `expected a whole number from ${min} to ${max}`;
  return z.coerce.number(expected).int(expected).min(min, expected).max(max, expected);
};
const text = (expected: string) => z.string(expected).min(1, expected);
const oneOf = <const V extends readonly [string, ...string[]]>(values: V) => z.enum(values, `expected ${values.join(', ')}`);
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

const publicUrl = z
  .string()
  .regex(/^https?:\/\/[^\s/?#@]+\/?$/, 'expected http(s)://host or http(s)://host:port')
  .transform((url) => url.replace(/\/$/, ''));

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
  /** Behind a reverse proxy that sets X-Forwarded-For and -Proto: their word is taken. */
  trustProxy: flag().default(false),
}).refine((http) => (http.https.cert === undefined) === (http.https.key === undefined), {
  path: ['https'],
  message: 'expected cert and key together, or neither',
});

const Rtc = section({
  /** First UDP and TCP port of WebRTC; worker i listens on port + i. */
  port: port().default(40_000),
  workers: integer(1, 128).default(() => Math.min(availableParallelism(), 128)),
  listenIp: text('expected an address to listen on').default('0.0.0.0'),
  /** What browsers are told to connect to: public IP or name, one or several. */
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

/** All that an operator can set. Defaults are here; the file, the environment and the command line come on top of them. */
export const ServerConfig = section({
  http: Http,
  origin: section({
    /** HLS for players: `/live/{room}.m3u8`. */
    port: port().default(8080),
    /** Where players reach the origin, e.g. a CDN; left out: this machine. */
    publicUrl: publicUrl.optional(),
    /** HTTP-FLV and RTMP players get what came in this long with one write; 0: every tag by itself. */
    batchMs: integer(0, 2000).default(100),
    hls: section({
      /** Segments are cut at the key frame nearest to this. */
      segmentMs: integer(500, 20_000).default(2000),
      /** Parts of LL-HLS. */
      partMs: integer(100, 2000).default(333),
      /** How far back viewers can seek, kept on disk in the data folder. */
      dvrSeconds: integer(0, 7 * 86_400).default(7200),
    }),
  }),
  rtmp: section({
    port: port().default(1935),
    /** RTMPS beside it, with the certificate of `http.https` or a self-signed one; left out: none. */
    tlsPort: port().optional(),
  }),
  srt: section({
    /** UDP; all publishers and players. */
    port: port().default(10_080),
    /** Least time that lost packets have to be sent again; a caller may ask for more. */
    latencyMs: integer(20, 8000).default(120),
  }),
  streams: section({
    /** How long a stream waits for a publisher that is gone. */
    resumeGraceMs: integer(0, 600_000).default(10_000),
    /** A second publisher with the right key: refuse, or takeover. */
    onTaken: oneOf(['refuse', 'takeover']).default('refuse'),
  }),
  record: section({
    /** Left out: `recordings` in the data folder. */
    dir: text('expected a folder').optional(),
    /** Deleted after so many days; 0: never. */
    maxAgeDays: integer(0, 100_000).default(0),
    /** The oldest go when all together are larger; 0: no limit. */
    maxGigabytes: integer(0, 1_000_000).default(0),
    /** Recording stops while less than this is free. */
    minFreeMb: integer(0, 1_000_000).default(500),
    /** Streams that are recorded without being asked: `{ app: live, name: '*' }`. */
    patterns: z.array(RecordPattern).default([]),
  }),
  pull: section({
    /** Sources on loopback, private and link-local addresses. */
    allowPrivate: flag().default(false),
  }),
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
  rooms: section({
    seatLimit: integer(1, MAX_SEATS).default(MAX_SEATS),
    /** open: whoever joins as a guest takes a free seat. request: a moderator decides. */
    stagePolicy: oneOf(['open', 'request']).default('open'),
    /** People in one room, audience included. */
    maxParticipants: integer(1, 10_000).default(500),
    /** How long the seat of somebody without a connection is kept. */
    reconnectGraceMs: integer(0, 600_000).default(30_000),
    /** How long an empty room remembers its chat, its bans and its stage. */
    emptyRoomTtlMs: integer(0, 86_400_000).default(60_000),
    /** How long a program runs on in an empty room; 0: until somebody stops it. */
    emptyLiveTtlMs: integer(0, 86_400_000).default(300_000),
    chatHistory: integer(0, 10_000).default(200),
  }),
  bridge: section({
    /** embedded: this process starts a bridge beside it. external: bridges elsewhere connect with the bridge token. */
    mode: oneOf(['embedded', 'external']).default('embedded'),
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
  ORIGIN_PORT: 'origin.port',
  ORIGIN_PUBLIC_URL: 'origin.publicUrl',
  ORIGIN_BATCH_MS: 'origin.batchMs',
  HLS_SEGMENT_MS: 'origin.hls.segmentMs',
  HLS_PART_MS: 'origin.hls.partMs',
  DVR_SECONDS: 'origin.hls.dvrSeconds',
  RTMP_PORT: 'rtmp.port',
  RTMPS_PORT: 'rtmp.tlsPort',
  SRT_PORT: 'srt.port',
  SRT_LATENCY_MS: 'srt.latencyMs',
  RESUME_GRACE_MS: 'streams.resumeGraceMs',
  STREAM_TAKEN: 'streams.onTaken',
  PULL_ALLOW_PRIVATE: 'pull.allowPrivate',
  RECORD_DIR: 'record.dir',
  RECORD_MAX_AGE_DAYS: 'record.maxAgeDays',
  RECORD_MAX_GIGABYTES: 'record.maxGigabytes',
  RECORD_MIN_FREE_MB: 'record.minFreeMb',
  RTC_PORT: 'rtc.port',
  RTC_WORKERS: 'rtc.workers',
  RTC_LISTEN_IP: 'rtc.listenIp',
  ANNOUNCED_IP: 'rtc.announcedIp',
  DATA_DIR: 'dataDir',
  LIANMAI_API_KEY: 'api.key',
  LIANMAI_API_SECRET: 'api.secret',
  LIANMAI_LOBBY: 'access.lobby',
  LIANMAI_BRIDGE: 'bridge.mode',
  LIANMAI_BRIDGE_TOKEN: 'bridge.token',
  RECONNECT_GRACE_MS: 'rooms.reconnectGraceMs',
  EMPTY_ROOM_TTL_MS: 'rooms.emptyRoomTtlMs',
  LOG_LEVEL: 'log.level',
} as const;
