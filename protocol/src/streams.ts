import { z } from 'zod';
import { boundedRecord } from './boundedRecord.js';
import { EpochMs } from './ids.js';

const name = () =>
  z
    .string()
    .max(64)
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/, 'expected 1-64 letters, digits, "-" or "_", starting with a letter or digit');

/** First part of a stream's address: `rtmp://host/{app}/{name}`. Rooms publish their programs under `live`. */
export const AppName = name();
/** Second part of a stream's address. Rooms and streams share the names under `live`: `live/{room}` is that room's program. */
export const StreamName = name();
export const DEFAULT_APP = 'live';

export const StreamRef = z.object({ app: AppName, name: StreamName });
export type StreamRef = z.infer<typeof StreamRef>;
/** Returns the stream's address as one string, `app/name`, for maps, logs and messages. */
export const streamKey = ({ app, name }: StreamRef): string => `${app}/${name}`;

/** How media arrives: by a broadcaster's protocol, from a room's program, or from a URL that the bridge pulls. */
export const PublishProtocol = z.enum(['rtmp', 'rtmps', 'srt', 'whip', 'pull', 'program']);
export type PublishProtocol = z.infer<typeof PublishProtocol>;
/** How media is watched. */
export const PlayProtocol = z.enum(['rtmp', 'rtmps', 'srt', 'flv', 'wsFlv', 'hls', 'whep']);
export type PlayProtocol = z.infer<typeof PlayProtocol>;

/** How many watch. `room`: people in a room's audience, who see and hear its stage itself. */
export const Viewers = z.object({
  total: z.number().int(),
  /** The largest total since the program or stream went on air, as measured once a second. */
  peak: z.number().int(),
  /** Those that are not 0. */
  byProtocol: z.partialRecord(z.enum([...PlayProtocol.options, 'room']), z.number().int()),
});
export type Viewers = z.infer<typeof Viewers>;

export const VideoInfo = z.object({
  codec: z.enum(['h264', 'hevc', 'av1', 'vp9', 'unknown']),
  /** px; null while unknown. */
  width: z.number().int().nullable(),
  height: z.number().int().nullable(),
  /** Measured; null until enough frames have arrived. */
  fps: z.number().nullable(),
  /** Detected in the frames, not taken from the header; null while undecided. */
  hasBFrames: z.boolean().nullable(),
});
export type VideoInfo = z.infer<typeof VideoInfo>;

export const AudioInfo = z.object({
  codec: z.enum(['aac', 'opus', 'mp3', 'unknown']),
  sampleRateHz: z.number().int().nullable(),
  channels: z.number().int().nullable(),
});
export type AudioInfo = z.infer<typeof AudioInfo>;

/** How a stream is converted for one kind of reader, and why. */
export const Conversion = z.object({
  /** `webrtc` needs H.264 without B-frames and Opus; `flv` and `hls` need AAC. */
  target: z.enum(['webrtc', 'flv', 'hls', 'srt']),
  video: z.enum(['none', 'copied', 'transcoded']),
  audio: z.enum(['none', 'copied', 'transcoded']),
  /** Explanation to show to people; null if everything is copied. */
  why: z.string().nullable(),
});
export type Conversion = z.infer<typeof Conversion>;

/** A connection that publishes or plays. */
export const StreamClient = z.object({
  id: z.string(),
  action: z.enum(['publish', 'play']),
  protocol: z.union([PublishProtocol, PlayProtocol]),
  ip: z.string(),
  sinceMs: EpochMs,
  bytes: z.number().nonnegative(),
});
export type StreamClient = z.infer<typeof StreamClient>;

/** A stream in the hub, as its bridge measures it once a second. */
export const StreamStatus = StreamRef.extend({
  /** waiting: the publisher is gone but may resume; readers stay connected. */
  state: z.enum(['live', 'waiting']),
  startedAtMs: EpochMs,
  publisher: StreamClient.nullable(),
  video: VideoInfo.nullable(),
  audio: AudioInfo.nullable(),
  bitrateKbps: z.number().nonnegative(),
  /** Number of players by protocol. */
  players: z.partialRecord(PlayProtocol, z.number().int()),
  conversions: z.array(Conversion),
});
export type StreamStatus = z.infer<typeof StreamStatus>;

/** Parameters that came with a stream's name, in a URL's query or an SRT stream id. */
export const ClientParams = boundedRecord(z.string().max(64), z.string().max(1024), 64);

/** Asks whether a client may publish or play. The bridge asks and the server decides; no reply means no. */
export const AuthoriseRequest = StreamRef.extend({
  action: z.enum(['publish', 'play']),
  protocol: z.union([PublishProtocol, PlayProtocol]),
  clientId: z.string().max(128),
  ip: z.string().max(64),
  /** Parameters that came with the name: `key`, `expire`, `sign`, `token`, ... */
  params: ClientParams,
});
export type AuthoriseRequest = z.infer<typeof AuthoriseRequest>;

export const AuthoriseReply = z.object({
  /** How to treat a second publisher: refuse it, or let it take over the stream. */
  onTaken: z.enum(['refuse', 'takeover']),
  /** How long the stream waits for its publisher to return, ms. */
  resumeGraceMs: z.number().int().nonnegative(),
  /** If set, the SRT connection must be encrypted with it; null: it must be unencrypted. */
  srtPassphrase: z.string().nullable(),
  /** Players of this stream need signed URLs; default false. */
  isSigned: z.boolean().optional(),
});
export type AuthoriseReply = z.infer<typeof AuthoriseReply>;

/**
 * URLs that a page plays: absolute, or a path (`/live/cam.flv`) on the server that the page came from. The page opens a `wsFlv` path as
 * ws: or wss:, and adds its own `expire` and `sign` if it was opened with them.
 */
export const WatchUrls = z.object({ whep: z.string(), flv: z.string(), wsFlv: z.string(), hls: z.string() });
export type WatchUrls = z.infer<typeof WatchUrls>;
