/**
 * Server ⇄ bridge. The bridge connects to the server's socket.io namespace `/bridge` with `auth: { token }` (JWT, aud `lianmai:bridge`), says `hello`, then
 * both sides send `request` {name, data} with an acknowledgement {ok, data | error} and `event` {name, data}. A bridge knows sources, scenes and streams, never people.
 */
import { z } from 'zod';
import { ErrorCode } from './errors.js';
import { AssetId, OutputId, ProgramId, SourceId } from './ids.js';
import { Levels, Mix, OutputInfo, OutputRequest, ProgramState, ProgramStats } from './program.js';
import { EncoderName, Profile } from './scene/profile.js';
import { Scene } from './scene/scene.js';
import { PullInfo, Recording, StreamJobs, StreamOutputInfo } from './streamJobs.js';
import { AuthoriseReply, AuthoriseRequest, StreamClient, StreamRef, StreamStatus } from './streams.js';

/** A source that the program may show, in the order of arrival on stage. */
export const ProgramSource = z.object({
  id: SourceId,
  kind: z.enum(['camera', 'screen']),
  /** Shown on the tile. */
  name: z.string(),
  /** false: the camera is off (or paused), draw the avatar card. */
  hasVideo: z.boolean(),
  hasAudio: z.boolean(),
});
export type ProgramSource = z.infer<typeof ProgramSource>;

/** What is on air: replaced as a whole, seen whole with one frame. */
export const SceneState = z.object({ version: z.number().int(), scene: Scene, mix: Mix, sources: z.array(ProgramSource) });
export type SceneState = z.infer<typeof SceneState>;

export const VideoCodec = z.enum(['VP8', 'VP9', 'H264']);
export type VideoCodec = z.infer<typeof VideoCodec>;

/** One RTP stream that the SFU sends to the program's port. A newer track of the same source and kind replaces the older under the living decoder. */
export const RtpTrack = z.object({
  sourceId: SourceId,
  /** Identifies this attachment, e.g. the consumer: keyframe requests name it. */
  trackId: z.string(),
  kind: z.enum(['audio', 'video']),
  codec: z.union([VideoCodec, z.literal('opus')]),
  ssrc: z.number().int().nonnegative(),
  payloadType: z.number().int().min(0).max(127),
  clockRate: z.number().int().positive(),
  channels: z.number().int().min(1).max(2).default(2),
  /** Publisher's round trip in ms, if known: the reorder wait starts from it. */
  rttMs: z.number().nonnegative().nullable(),
});
export type RtpTrack = z.infer<typeof RtpTrack>;

/** A track that the bridge sends as plain RTP: what a producer for it must say. */
export const SfuFeedTrack = z.object({
  kind: z.enum(['audio', 'video']),
  codec: z.enum(['H264', 'opus']),
  ssrc: z.number().int().nonnegative(),
  payloadType: z.number().int().min(0).max(127),
});
export type SfuFeedTrack = z.infer<typeof SfuFeedTrack>;

const RtpAddress = z.object({ ip: z.string(), port: z.number().int() });
const IngestId = z.string().min(1).max(64);
const FeedId = z.string().min(1).max(64);

const ok = z.object({});
const program = { programId: ProgramId };

/** Server → bridge. */
export const bridgeRequests = {
  startProgram: {
    data: z.object({
      ...program,
      /** Stream under which the program is published in the hub: `live/{room}`. */
      stream: z.object({ app: z.string(), name: z.string() }),
      profile: Profile,
      sceneState: SceneState,
      outputs: z.array(z.object({ id: OutputId, request: OutputRequest })),
    }),
    /** Where RTP and RTCP (muxed) of every track of this program go. */
    reply: z.object({ rtp: z.object({ ip: z.string(), port: z.number().int() }) }),
  },
  setScene: { data: z.object({ ...program, sceneState: SceneState }), reply: z.object({ appliedAtPtsMs: z.number() }) },
  attachTrack: { data: z.object({ ...program, track: RtpTrack }), reply: ok },
  detachTrack: { data: z.object({ ...program, trackId: z.string() }), reply: ok },
  addOutput: { data: z.object({ ...program, id: OutputId, request: OutputRequest }), reply: OutputInfo },
  removeOutput: { data: z.object({ ...program, id: OutputId }), reply: ok },
  retryOutput: { data: z.object({ ...program, id: OutputId }), reply: ok },
  stopProgram: { data: z.object({ ...program }), reply: ok },
  /** Who publishes and plays a stream, connection by connection. */
  readClients: { data: StreamRef, reply: z.object({ clients: z.array(StreamClient) }) },
  /** Newest first; `beforeMs` for the next page. */
  listRecordings: {
    data: StreamRef.partial().extend({ beforeMs: z.number().optional(), limit: z.number().int().min(1).max(500) }),
    reply: z.object({ recordings: z.array(Recording) }),
  },
  readRecording: { data: z.object({ id: z.string() }), reply: Recording.extend({ file: z.string() }) },
  /** Its files too. WRONG_STATE while it is being recorded. */
  deleteRecording: { data: z.object({ id: z.string() }), reply: ok },
  /** Sources to fetch, destinations and recordings of streams: sent after each hello and whenever something of it changes. */
  setStreamJobs: { data: StreamJobs, reply: ok },
  /** A publisher on the SFU (WHIP) becomes a stream of the hub. The one gate is asked with what the client brought. */
  startSfuIngest: {
    data: StreamRef.extend({
      ingestId: IngestId,
      ip: z.string(),
      params: z.record(z.string().max(64), z.string().max(1024)),
    }),
    reply: z.object({ rtp: RtpAddress, clientId: z.string() }),
  },
  attachToSfuIngest: { data: z.object({ ingestId: IngestId, track: RtpTrack }), reply: ok },
  /** `isFinal`: the broadcaster said goodbye, so the stream does not wait for them. */
  stopSfuIngest: { data: z.object({ ingestId: IngestId, isFinal: z.boolean() }), reply: ok },
  /** A stream of the hub as plain RTP for the SFU, in codecs that browsers play. Nothing is sent before `sendSfuFeed`. */
  startSfuFeed: {
    data: StreamRef.extend({ feedId: FeedId }),
    /** `rtp`: where it is sent from, and where RTCP is heard. */
    reply: z.object({
      rtp: RtpAddress,
      tracks: z.array(SfuFeedTrack).min(1).max(2),
      /** Its publisher makes a key frame when a viewer needs one (PLI); others make them when they do. */
      hasKeyFramesOnDemand: z.boolean(),
    }),
  },
  sendSfuFeed: { data: z.object({ feedId: FeedId, to: RtpAddress }), reply: ok },
  /** Sends the pictures since the last key frame once more, at once: only while nobody watches who has them already. */
  refreshSfuFeed: { data: z.object({ feedId: FeedId }), reply: ok },
  stopSfuFeed: { data: z.object({ feedId: FeedId }), reply: ok },
  /**
   * Ends one connection, or, without `clientId`, the publisher's and with it the stream. No ban: who may come may come again. `forget`: nobody answers for the
   * stream any more, so nothing of it stays to be watched.
   */
  kick: {
    data: StreamRef.extend({ clientId: z.string().optional(), forget: z.boolean().optional() }),
    reply: z.object({ kicked: z.number().int() }),
  },
} as const;

const ProgramSummary = z.object({ programId: ProgramId, state: ProgramState, rtp: z.object({ ip: z.string(), port: z.number().int() }) });

/** Bridge → server. */
export const bridgeCalls = {
  /** Sent on every (re)connection. Programs that run on are listed, so that a lost socket does not end a show. */
  hello: {
    data: z.object({
      bridgeId: z.string(),
      /** Where viewers reach this bridge's origin, as the server should hand it out; null: same host as the page, on this port. */
      origin: z.object({ url: z.string().nullable(), port: z.number().int() }),
      /** Where broadcasters and players reach its other listeners; null: it has none. */
      ports: z.object({ rtmp: z.number().int().nullable(), rtmps: z.number().int().nullable(), srt: z.number().int().nullable() }),
      /** With it the server fetches recordings from the origin for those who may have them. */
      mediaSecret: z.string(),
      encoders: z.array(EncoderName),
      /** Output kinds with the JSON Schema of their options, for forms. */
      outputKinds: z.array(z.object({ kind: z.string(), schemes: z.array(z.string()), options: z.record(z.string(), z.unknown()) })),
      programs: z.array(ProgramSummary),
    }),
    reply: z.object({}),
  },
  /** Asked before anybody publishes or plays. An error is a no, with its code; so is silence. */
  authorise: { data: AuthoriseRequest, reply: AuthoriseReply },
  /** A background or logo that a scene names and this bridge does not have yet. */
  fetchAsset: {
    data: z.object({ assetId: AssetId }),
    reply: z.object({ bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array) }),
  },
} as const;

/** Bridge → server, announcements. */
export const bridgeEvents = {
  programStateChanged: z.object({
    ...program,
    state: ProgramState,
    reason: z.object({ code: ErrorCode, message: z.string() }).nullable(),
    atMs: z.number(),
  }),
  outputChanged: z.object({ ...program, output: OutputInfo }),
  keyFrameNeeded: z.object({ ...program, trackId: z.string() }),
  statsMeasured: z.object({ ...program, stats: ProgramStats, hlsViewers: z.number().int() }),
  levelsMeasured: z.object({ ...program, levels: Levels }),
  pullChanged: PullInfo,
  streamOutputChanged: StreamOutputInfo,
  recordingChanged: Recording,
  sfuIngestKeyFrameNeeded: z.object({ ingestId: IngestId, trackId: z.string() }),
  /** Not by `stopSfuIngest`: kicked, taken over, or nothing came any more. */
  sfuIngestEnded: z.object({ ingestId: IngestId, reason: z.object({ code: ErrorCode, message: z.string() }) }),
  /** Not by `stopSfuFeed`: the stream is over, or nobody receives. */
  sfuFeedEnded: z.object({ feedId: FeedId, reason: z.string() }),
  /** Every stream in the hub, once a second; one that is missing has ended. */
  streamsMeasured: z.object({ streams: z.array(StreamStatus) }),
} as const;

export type BridgeRequestName = keyof typeof bridgeRequests;
export type BridgeRequestInput<N extends BridgeRequestName> = z.input<(typeof bridgeRequests)[N]['data']>;
export type BridgeRequestData<N extends BridgeRequestName> = z.output<(typeof bridgeRequests)[N]['data']>;
export type BridgeRequestReply<N extends BridgeRequestName> = z.output<(typeof bridgeRequests)[N]['reply']>;
export type BridgeCallName = keyof typeof bridgeCalls;
export type BridgeCallData<N extends BridgeCallName> = z.output<(typeof bridgeCalls)[N]['data']>;
export type BridgeCallReply<N extends BridgeCallName> = z.output<(typeof bridgeCalls)[N]['reply']>;
export type BridgeEventName = keyof typeof bridgeEvents;
export type BridgeEventData<N extends BridgeEventName> = z.output<(typeof bridgeEvents)[N]>;
