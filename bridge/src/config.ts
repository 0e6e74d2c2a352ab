import { hostname } from 'node:os';
import { flag, loadConfig, port } from '@lianmai/kit';
import { z } from 'zod';

const ENV_PATHS = {
  SERVER_URL: 'serverUrl',
  BRIDGE_TOKEN: 'token',
  BRIDGE_ID: 'bridgeId',
  ORIGIN_PORT: 'originPort',
  ORIGIN_HOST: 'originHost',
  ORIGIN_PUBLIC_URL: 'originUrl',
  ORIGIN_BATCH_MS: 'batchMs',
  HLS_SEGMENT_MS: 'hls.segmentMs',
  HLS_PART_MS: 'hls.partMs',
  DVR_SECONDS: 'hls.dvrSeconds',
  RTMP_PORT: 'rtmp.port',
  RTMPS_PORT: 'rtmp.tlsPort',
  TLS_CERT: 'rtmp.cert',
  TLS_KEY: 'rtmp.key',
  SRT_PORT: 'srt.port',
  SRT_LATENCY_MS: 'srt.latencyMs',
  PULL_ALLOW_PRIVATE: 'pull.allowPrivate',
  RECORD_DIR: 'record.dir',
  RECORD_MAX_AGE_DAYS: 'record.maxAgeDays',
  RECORD_MAX_GIGABYTES: 'record.maxGigabytes',
  RECORD_MIN_FREE_MB: 'record.minFreeMb',
  RTP_IP: 'rtpIp',
  DATA_DIR: 'dataDir',
  LOG_LEVEL: 'logLevel',
  ORPHAN_MS: 'orphanMs',
  OUTPUT_INSECURE_TLS: 'insecureTls',
};

const section = <S extends z.ZodRawShape>(shape: S) => z.preprocess((value) => value ?? {}, z.object(shape));

/** All that a bridge has to know comes by environment: the embedded one gets it from the server, others from whoever runs them. */
const BridgeConfig = z.object({
  serverUrl: z.url({ protocol: /^https?$/, error: 'expected the URL of the server, like http://127.0.0.1:3000' }),
  token: z.string('expected the bridge token of the server').min(1),
  /** Unique among the bridges of a server; a restarted process is a new bridge. */
  bridgeId: z
    .string()
    .min(1)
    .default(() => `${hostname()}-${process.pid}`),
  originPort: port().default(8080),
  originHost: z.string().optional(),
  /** Where viewers reach this origin, when it is not the server's own host. */
  originUrl: z.string().optional(),
  /** FLV and RTMP players get what came in this long with one write. */
  batchMs: z.coerce.number().int().min(0).default(100),
  hls: section({
    segmentMs: z.coerce.number().int().positive().default(2000),
    partMs: z.coerce.number().int().positive().default(333),
    dvrSeconds: z.coerce.number().int().min(0).default(7200),
  }),
  rtmp: section({
    port: port().default(1935),
    tlsPort: port().optional(),
    /** PEM files; needed with `tlsPort`. */
    cert: z.string().optional(),
    key: z.string().optional(),
  }),
  srt: section({ port: port().default(10_080), latencyMs: z.coerce.number().int().positive().default(120) }),
  pull: section({ allowPrivate: flag().default(false) }),
  record: section({
    /** Left out: `recordings` in the data folder. */
    dir: z.string().optional(),
    maxAgeDays: z.coerce.number().min(0).default(0),
    maxGigabytes: z.coerce.number().min(0).default(0),
    minFreeMb: z.coerce.number().min(0).default(500),
  }),
  /** Address on which RTP of the SFU is received. */
  rtpIp: z.string().default('127.0.0.1'),
  dataDir: z.string().default('./data'),
  logLevel: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
  /** Without a server for this long, programs are ended: nobody can control them any more. */
  orphanMs: z.coerce.number().int().positive().default(60_000),
  insecureTls: flag().default(false),
});
export type BridgeConfig = z.infer<typeof BridgeConfig>;

export const readConfig = (env: Readonly<Record<string, string | undefined>>): BridgeConfig =>
  loadConfig(BridgeConfig, { file: '/dev/null', isRequired: false, env, envPaths: ENV_PATHS });
