/**
 * `/api/v1/streams`, `/api/v1/watch` and `/api/v1/session`: registered streams, and the public information on any stream for the watch
 * page.
 */
import { z } from 'zod';
import { EpochMs, StreamId } from './ids.js';
import { singleLine } from './displayName.js';
import { OutputInfo } from './program.js';
import { PullInfo, Recording, RecordRule } from './streamJobs.js';
import { SrtPassphrase } from './srtPassphrase.js';
import {
  AppName,
  AudioInfo,
  Conversion,
  DEFAULT_APP,
  StreamClient,
  StreamName,
  StreamRef,
  StreamStatus,
  Viewers,
  VideoInfo,
  WatchUrls,
} from './streams.js';

/** open: anybody may watch. signed: only with a URL signed by the API. */
export const PlayAccess = z.enum(['open', 'signed']);
export type PlayAccess = z.infer<typeof PlayAccess>;

const StreamOptions = z.object({
  /** Display name. Defaults to `name`. */
  title: singleLine(80).optional(),
  playAccess: PlayAccess.optional(),
  /** If set, SRT publishers and players must encrypt with it; null: no encryption. */
  srtPassphrase: SrtPassphrase.nullable().optional(),
  /** How to record the stream whenever it is live; null: only if one of the server's rules matches. */
  record: RecordRule.nullable().optional(),
  /**
   * URL that the server keeps pulling from instead of waiting for a publisher: RTMP, HTTP-FLV, HLS, RTSP, SRT or a file in the media
   * folder; null: the stream is published.
   */
  source: z
    .object({ url: z.string().min(1).max(2048) })
    .nullable()
    .optional(),
});

/** POST /streams */
export const CreateStream = StreamOptions.extend({ name: StreamName, app: AppName.default(DEFAULT_APP) });
export type CreateStream = z.infer<typeof CreateStream>;

/** PATCH /streams/{id}: missing fields stay unchanged. */
export const UpdateStream = StreamOptions;
export type UpdateStream = z.infer<typeof UpdateStream>;

/** Complete URLs, key included, ready to use. */
export const PublishUrls = z.object({
  rtmp: z.string(),
  /** The RTMP URL in two parts, as OBS asks for it: "Server" and "Stream key". */
  rtmpServer: z.string(),
  rtmpKey: z.string(),
  rtmps: z.string().optional(),
  srt: z.string(),
  whip: z.string(),
});
export type PublishUrls = z.infer<typeof PublishUrls>;

/** URLs for players. For a stream with `playAccess: signed`, they need the parameters from POST /streams/{id}/play-urls. */
export const PlayUrls = z.object({
  flv: z.string(),
  wsFlv: z.string(),
  hls: z.string(),
  rtmp: z.string(),
  rtmps: z.string().optional(),
  srt: z.string(),
  whep: z.string(),
});
export type PlayUrls = z.infer<typeof PlayUrls>;

/** A stream as its owner sees it, including its secrets. */
export const StreamReply = z.object({
  id: StreamId,
  app: AppName,
  name: StreamName,
  title: z.string(),
  playAccess: PlayAccess,
  srtPassphrase: z.string().nullable(),
  /**
   * Signs play URLs, for backends that sign their own: `sign` is the hex HMAC-SHA256 of `{app}/{name}:{expire}`, with `expire` in seconds
   * since the epoch.
   */
  playSecret: z.string(),
  record: RecordRule.nullable(),
  source: z.object({ url: z.string() }).nullable(),
  /** State of the pull; null: there is no source, or no bridge to pull it. */
  pull: PullInfo.nullable(),
  /** Destinations that the stream is pushed to while it is live. */
  outputs: z.array(OutputInfo),
  createdAtMs: EpochMs,
  publish: PublishUrls,
  play: PlayUrls,
  /** The audience's page. */
  watch: z.string(),
  /** null: the stream has no publisher. */
  status: StreamStatus.nullable(),
  viewers: Viewers,
});
export type StreamReply = z.infer<typeof StreamReply>;

export const StreamList = z.object({
  streams: z.array(StreamReply),
  /** Streams in the hub that are not registered: rooms' programs. */
  others: z.array(StreamStatus),
});
export type StreamList = z.infer<typeof StreamList>;

/** POST /streams/{id}/play-urls: URLs that play until they expire. */
export const PlayUrlsRequest = z.object({
  ttlSeconds: z
    .number()
    .int()
    .min(10)
    .max(30 * 86_400)
    .default(6 * 3600),
});
export const PlayUrlsReply = z.object({ expiresAtMs: EpochMs, play: PlayUrls, watch: z.string() });
export type PlayUrlsReply = z.infer<typeof PlayUrlsReply>;

export const StreamClientsReply = z.object({ clients: z.array(StreamClient) });
export type StreamClientsReply = z.infer<typeof StreamClientsReply>;

/** GET /watch/{app}/{name}: works for any name. An unknown name looks like a stream that is not live. */
export const WatchInfo = StreamRef.extend({
  title: z.string(),
  playAccess: PlayAccess,
  /** offline: there is no publisher. waiting: the publisher is gone but may resume. */
  state: z.enum(['offline', 'live', 'waiting']),
  startedAtMs: EpochMs.nullable(),
  viewers: z.number().int(),
  /** Helps the player choose a playback option; null while unknown. */
  video: VideoInfo.nullable(),
  audio: AudioInfo.nullable(),
  bitrateKbps: z.number().nonnegative(),
  conversions: z.array(Conversion),
  play: WatchUrls,
  /** A picture to show before playback; null if there is none. */
  poster: z.string().nullable(),
});
export type WatchInfo = z.infer<typeof WatchInfo>;

/** GET /recordings: newest first. For the next page, pass the last entry's `startedAtMs`. */
export const RecordingReply = Recording.extend({
  /** Plays and downloads without credentials, byte ranges included, until `expiresAtMs`. */
  url: z.string(),
  expiresAtMs: EpochMs,
});
export const RecordingsReply = z.object({ recordings: z.array(RecordingReply) });
export type RecordingsReply = z.infer<typeof RecordingsReply>;

/** POST /session: an operator's page signs in with the API key and gets a token for `Authorization: Bearer`. */
export const SignInRequest = z.object({ key: z.string().min(1).max(256), secret: z.string().min(1).max(1024) });
export const SignInReply = z.object({ token: z.string(), expiresAtMs: EpochMs });
export type SignInReply = z.infer<typeof SignInReply>;
