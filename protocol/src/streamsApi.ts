/** `/api/v1/streams`, `/api/v1/watch` and `/api/v1/session`: streams that somebody made, and what the watch page may know of any. */
import { z } from 'zod';
import { EpochMs, singleLine, StreamId } from './ids.js';
import { OutputInfo } from './program.js';
import { PullInfo, Recording, RecordRule } from './streamJobs.js';
import {
  AppName,
  AudioInfo,
  Conversion,
  DEFAULT_APP,
  StreamClient,
  StreamName,
  StreamRef,
  StreamStatus,
  VideoInfo,
  WatchUrls,
} from './streams.js';

/** Who may watch: everybody, or whoever has an URL that the API has signed. */
export const PlayAccess = z.enum(['open', 'signed']);
export type PlayAccess = z.infer<typeof PlayAccess>;

/** SRT's own length. It stands in URLs that FFmpeg and OBS read without decoding anything. */
export const SrtPassphrase = z.string().regex(/^[A-Za-z0-9._~-]{10,79}$/, 'expected 10-79 letters, digits or "._~-"');

const StreamOptions = z.object({
  /** For people; left out: the name. */
  title: singleLine(80).optional(),
  playAccess: PlayAccess.optional(),
  /** With it SRT is encrypted, publishers' and players'; null: it is not. */
  srtPassphrase: SrtPassphrase.nullable().optional(),
  /** How it is recorded whenever it is live; null: not, unless a rule of the server says so. */
  record: RecordRule.nullable().optional(),
  /** The server fetches it from there, for ever, and nobody publishes it: RTMP, HTTP-FLV, HLS, RTSP, SRT or a file of the media folder; null: it is published. */
  source: z
    .object({ url: z.string().min(1).max(2048) })
    .nullable()
    .optional(),
});

/** POST /streams */
export const CreateStream = StreamOptions.extend({ name: StreamName, app: AppName.default(DEFAULT_APP) });
export type CreateStream = z.infer<typeof CreateStream>;

/** PATCH /streams/{id}: what is left out stays. */
export const UpdateStream = StreamOptions;
export type UpdateStream = z.infer<typeof UpdateStream>;

/** Complete, with the key: they work as they are. */
export const PublishUrls = z.object({
  rtmp: z.string(),
  /** The same in two parts, as OBS asks for it: "Server" and "Stream key". */
  rtmpServer: z.string(),
  rtmpKey: z.string(),
  rtmps: z.string().optional(),
  srt: z.string(),
  whip: z.string(),
});
export type PublishUrls = z.infer<typeof PublishUrls>;

/** For players. Of a stream with `playAccess: signed` they work with the parameters of POST /streams/{id}/play-urls only. */
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

/** A stream as its owner sees it, with its secrets. */
export const StreamReply = z.object({
  id: StreamId,
  app: AppName,
  name: StreamName,
  title: z.string(),
  playAccess: PlayAccess,
  srtPassphrase: z.string().nullable(),
  /** Signs play URLs: `sign` is the hex HMAC-SHA256 of `{app}/{name}:{expire}`, `expire` in seconds since the epoch. For backends that sign themselves. */
  playSecret: z.string(),
  record: RecordRule.nullable(),
  source: z.object({ url: z.string() }).nullable(),
  /** How fetching goes; null: there is no source, or no bridge to fetch it. */
  pull: PullInfo.nullable(),
  /** Where it is pushed on to while it is live. */
  outputs: z.array(OutputInfo),
  createdAtMs: EpochMs,
  publish: PublishUrls,
  play: PlayUrls,
  /** The page for the audience. */
  watch: z.string(),
  /** null: nobody publishes. */
  status: StreamStatus.nullable(),
  viewers: z.number().int(),
});
export type StreamReply = z.infer<typeof StreamReply>;

export const StreamList = z.object({
  streams: z.array(StreamReply),
  /** What is in the hub without having been made here: rooms' programs. */
  others: z.array(StreamStatus),
});
export type StreamList = z.infer<typeof StreamList>;

/** POST /streams/{id}/play-urls: addresses that play until they expire. */
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

/** GET /watch/{app}/{name}: of any name at all. One that nobody knows looks like one that is not live. */
export const WatchInfo = StreamRef.extend({
  title: z.string(),
  playAccess: PlayAccess,
  /** offline: nobody publishes. waiting: the publisher is gone and may resume. */
  state: z.enum(['offline', 'live', 'waiting']),
  startedAtMs: EpochMs.nullable(),
  viewers: z.number().int(),
  /** For the choice of a way to play; null while unknown. */
  video: VideoInfo.nullable(),
  audio: AudioInfo.nullable(),
  bitrateKbps: z.number().nonnegative(),
  conversions: z.array(Conversion),
  play: WatchUrls,
  /** A picture to show before it plays; null: there is none. */
  poster: z.string().nullable(),
});
export type WatchInfo = z.infer<typeof WatchInfo>;

/** GET /recordings: newest first; the next page begins before the last one's `startedAtMs`. */
export const RecordingReply = Recording.extend({
  /** Plays and downloads, byte ranges included, until `expiresAtMs`: no credentials needed. */
  url: z.string(),
  expiresAtMs: EpochMs,
});
export const RecordingsReply = z.object({ recordings: z.array(RecordingReply) });
export type RecordingsReply = z.infer<typeof RecordingsReply>;

/** POST /session: an operator's page signs in with the API key and gets a token for `Authorization: Bearer`. */
export const SignInRequest = z.object({ key: z.string().min(1).max(256), secret: z.string().min(1).max(1024) });
export const SignInReply = z.object({ token: z.string(), expiresAtMs: EpochMs });
export type SignInReply = z.infer<typeof SignInReply>;
