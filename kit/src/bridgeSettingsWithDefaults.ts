import { hostname } from 'node:os';
import { z } from 'zod';
import type { AliveMessage } from './sendAlive.js';
import { flag, integer, oneOf, port, section, text } from './config.js';

const publicUrl = () =>
  z
    .string()
    .regex(/^https?:\/\/[^\s/?#@]+\/?$/, 'expected http(s)://host or http(s)://host:port')
    .transform((url) => url.replace(/\/$/, ''));

/** Settings of streams. An operator sets them in the server's configuration; a bridge on another machine has them in its environment. */
export const streamSettings = {
  origin: {
    /** HLS and HTTP-FLV: `/live/{room}.m3u8`. */
    port: port().default(8080),
    /** Where players reach the origin, for example a CDN. Default: the host that they already know. */
    publicUrl: publicUrl().optional(),
    /** HTTP-FLV and RTMP players get one write for everything that arrived in this time. 0: one write a tag. */
    batchMs: integer(0, 2000).default(100),
    /** TCP connections in all; fewer when the process may not open so many files. */
    maxConnections: integer(1, 1_000_000).default(10_000),
    /** TCP connections, FLV players and HLS viewers, each, of one address (IPv6: /64). Connections from this machine are not counted, the clients behind them are. */
    maxPerAddress: integer(1, 1_000_000).default(2000),
    hls: section({
      /** Segments are cut at the key frame nearest to this. */
      segmentMs: integer(500, 20_000).default(2000),
      /** Parts of LL-HLS. */
      partMs: integer(100, 2000).default(333),
      /** How far back viewers can seek. The media is kept on disk in the data folder. */
      dvrSeconds: integer(0, 7 * 86_400).default(7200),
    }),
  },
  rtmp: {
    port: port().default(1935),
    /** RTMPS on a port of its own. Default: none. */
    tlsPort: port().optional(),
    /** Connections in all, RTMPS included. A tenth is kept free of players, for publishers. */
    maxConnections: integer(1, 1_000_000).default(5000),
    /** Publishers and players of one address (IPv6: /64); a tenth is kept free of players. */
    maxPerAddress: integer(1, 1_000_000).default(500),
  },
  srt: {
    /** UDP, for all publishers and players. */
    port: port().default(10_080),
    /** Minimum time for retransmissions. A caller may ask for more. */
    latencyMs: integer(20, 8000).default(120),
    /** Callers in all; a tenth is kept free of players, for publishers. */
    maxConnections: integer(1, 100_000).default(1000),
    /** Callers of one address (IPv6: /64); a tenth is kept free of players. */
    maxPerAddress: integer(1, 100_000).default(250),
  },
  record: {
    /** Default: `recordings` in the data folder. */
    dir: text('expected a folder').optional(),
    /** Recordings are deleted after this many days. 0: never. */
    maxAgeDays: integer(0, 100_000).default(0),
    /** The oldest recordings are deleted once all of them take more than this. 0: no limit. */
    maxGigabytes: integer(0, 1_000_000).default(0),
    /** Recording stops while less than this is free on the disk. */
    minFreeMb: integer(0, 1_000_000).default(500),
  },
  output: {
    /** Allows destinations on loopback, private and link-local addresses, and on this machine's own. */
    allowPrivate: flag().default(false),
  },
  pull: {
    /** Allows sources on loopback, private and link-local addresses, and on this machine's own. */
    allowPrivate: flag().default(false),
  },
};

/** Everything a bridge can be told. The embedded bridge gets it from the supervisor as one message; other bridges read a variable for each setting. */
export const BridgeSettings = section({
  serverUrl: z.url({ protocol: /^https?$/, error: 'expected the URL of the server, like http://127.0.0.1:3000' }),
  token: text('expected the bridge token of the server'),
  /** Unique among the bridges of a server. A restarted process counts as a new bridge. */
  bridgeId: text('expected an id').default(() => `${hostname()}-${process.pid}`),
  /** Where the listeners listen. Default: every address, IPv4 and IPv6. */
  host: text('expected an address to listen on').optional(),
  origin: section(streamSettings.origin),
  rtmp: section({
    ...streamSettings.rtmp,
    /** PEM files. Both are needed with `tlsPort`. */
    cert: text('expected the path of a PEM file').optional(),
    key: text('expected the path of a PEM file').optional(),
  }),
  srt: section(streamSettings.srt),
  record: section(streamSettings.record),
  output: section(streamSettings.output),
  pull: section(streamSettings.pull),
  /** Address on which RTP from the SFU is received. */
  rtpIp: text('expected an IP address').default('127.0.0.1'),
  dataDir: text('expected a folder').default('./data'),
  logLevel: oneOf(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Programs end when the server has been away for this long, because nobody can control them any more. */
  orphanMs: integer(1, 86_400_000).default(60_000),
  /** Accepts any certificate of RTMPS destinations. For tests. */
  insecureTls: flag().default(false),
});
export type BridgeSettings = z.output<typeof BridgeSettings>;
/** The settings that the server hands to its embedded bridge, apart from the token of each start. */
export type EmbeddedBridgeSettings = Omit<BridgeSettings, 'token' | 'bridgeId' | 'rtpIp' | 'orphanMs' | 'insecureTls'>;

/**
 * A bridge process with this argument loads everything that needs no settings, and waits for these as the first message of its supervisor. So one can be kept
 * ready for the moment when another has died.
 */
export const SPARE_BRIDGE_ARGUMENT = '--spare';

export type BridgeProcessMessage =
  | AliveMessage
  /** It can do no more without settings. */
  | { kind: 'prepared' }
  /** Its ports are open. */
  | { kind: 'serving' };

/** Environment variable → setting, the same for the server and for a bridge on another machine. */
export const STREAM_ENV_PATHS = {
  ORIGIN_PORT: 'origin.port',
  ORIGIN_PUBLIC_URL: 'origin.publicUrl',
  ORIGIN_BATCH_MS: 'origin.batchMs',
  ORIGIN_MAX_CONNECTIONS: 'origin.maxConnections',
  ORIGIN_MAX_PER_ADDRESS: 'origin.maxPerAddress',
  HLS_SEGMENT_MS: 'origin.hls.segmentMs',
  HLS_PART_MS: 'origin.hls.partMs',
  DVR_SECONDS: 'origin.hls.dvrSeconds',
  RTMP_PORT: 'rtmp.port',
  RTMPS_PORT: 'rtmp.tlsPort',
  RTMP_MAX_CONNECTIONS: 'rtmp.maxConnections',
  RTMP_MAX_PER_ADDRESS: 'rtmp.maxPerAddress',
  SRT_PORT: 'srt.port',
  SRT_LATENCY_MS: 'srt.latencyMs',
  SRT_MAX_CONNECTIONS: 'srt.maxConnections',
  SRT_MAX_PER_ADDRESS: 'srt.maxPerAddress',
  OUTPUT_ALLOW_PRIVATE: 'output.allowPrivate',
  PULL_ALLOW_PRIVATE: 'pull.allowPrivate',
  RECORD_DIR: 'record.dir',
  RECORD_MAX_AGE_DAYS: 'record.maxAgeDays',
  RECORD_MAX_GIGABYTES: 'record.maxGigabytes',
  RECORD_MIN_FREE_MB: 'record.minFreeMb',
  DATA_DIR: 'dataDir',
} as const;
