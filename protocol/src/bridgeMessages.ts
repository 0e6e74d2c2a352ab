/**
 * Server ⇄ bridge. The bridge connects to the server's socket.io namespace `/bridge` with `auth: { token }` (JWT, aud `lianmai:bridge`)
 * and sends `hello`. Both sides then send `request` {name, data}, acknowledged with {ok, data | error}, and `event` {name, data}. A
 * bridge knows sources, scenes and streams, but no people.
 */
import { z } from 'zod';
import { boundedRecord } from './boundedRecord.js';
import { ErrorCode } from './errors.js';
import { AssetId, OutputId, ProgramId, SourceId } from './ids.js';
import { Degradation, Levels, Mix, OutputInfo, OutputRequest, ProgramState, ProgramStats } from './program.js';
import { EncoderName, Profile } from './scene/profile.js';
import { Scene } from './scene/scene.js';
import { MAX_REQUEST_BYTES, SMALL_REQUEST_BYTES } from './signalling/contract.js';
import { PullInfo, Recording, StreamJobs, StreamOutputInfo } from './streamJobs.js';
import { AuthoriseReply, AuthoriseRequest, ClientParams, StreamClient, StreamRef, StreamStatus } from './streams.js';

/** A source that the program can show. Sources are listed in order of arrival on stage. */
export const ProgramSource = z.object({
  id: SourceId,
  kind: z.enum(['camera', 'screen']),
  /** Text on the tile. */
  name: z.string(),
  /** false: the camera is off or paused, so the avatar card is drawn. */
  hasVideo: z.boolean(),
  hasAudio: z.boolean(),
});
export type ProgramSource = z.infer<typeof ProgramSource>;

/** The complete scene. It replaces the previous one within a single frame. */
export const SceneState = z.object({ version: z.number().int(), scene: Scene, mix: Mix, sources: z.array(ProgramSource) });
export type SceneState = z.infer<typeof SceneState>;

export const VideoCodec = z.enum(['VP8', 'VP9', 'H264']);
export type VideoCodec = z.infer<typeof VideoCodec>;

/** An RTP stream that the SFU sends to the program's port. A newer track of the same source and kind takes over the running decoder. */
export const RtpTrack = z.object({
  sourceId: SourceId,
  /** Identifies this attachment (such as a consumer) in key frame requests. */
  trackId: z.string(),
  kind: z.enum(['audio', 'video']),
  codec: z.union([VideoCodec, z.literal('opus')]),
  ssrc: z.number().int().nonnegative(),
  payloadType: z.number().int().min(0).max(127),
  clockRate: z.number().int().positive(),
  channels: z.number().int().min(1).max(2).default(2),
  /** Round trip time to the publisher in ms, if known: the initial reorder wait depends on it. */
  rttMs: z.number().nonnegative().nullable(),
});
export type RtpTrack = z.infer<typeof RtpTrack>;

/** A track that the bridge sends as plain RTP, described for the SFU's producer. */
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

/** Requests from server to bridge. */
export const bridgeRequests = {
  startProgram: {
    data: z.object({
      ...program,
      /** The program's stream in the hub: `live/{room}`. */
      stream: z.object({ app: z.string(), name: z.string() }),
      /** Runs the destinations and the recording rule of the registered stream of that name. */
      asStream: z.boolean().default(false),
      /** The same for all runs of one program, on whichever bridge, so that a run goes on with the recording of the one before; null: it has no other runs. */
      broadcastId: ProgramId.nullable().default(null),
      profile: Profile,
      sceneState: SceneState,
      outputs: z.array(z.object({ id: OutputId, request: OutputRequest })),
    }),
    /** Address for RTP and RTCP (muxed) of every track in this program. */
    reply: z.object({ rtp: z.object({ ip: z.string(), port: z.number().int() }) }),
  },
  setScene: { data: z.object({ ...program, sceneState: SceneState }), reply: z.object({ appliedAtPtsMs: z.number() }) },
  attachTrack: { data: z.object({ ...program, track: RtpTrack }), reply: ok },
  detachTrack: { data: z.object({ ...program, trackId: z.string() }), reply: ok },
  addOutput: { data: z.object({ ...program, id: OutputId, request: OutputRequest }), reply: OutputInfo },
  removeOutput: { data: z.object({ ...program, id: OutputId }), reply: ok },
  retryOutput: { data: z.object({ ...program, id: OutputId }), reply: ok },
  stopProgram: { data: z.object({ ...program }), reply: ok },
  /** Lists every connection that publishes or plays the stream. */
  readClients: { data: StreamRef, reply: z.object({ clients: z.array(StreamClient) }) },
  /** Newest first. Pass `beforeMs` for the next page. */
  listRecordings: {
    data: StreamRef.partial().extend({ beforeMs: z.number().optional(), limit: z.number().int().min(1).max(500) }),
    reply: z.object({ recordings: z.array(Recording) }),
  },
  readRecording: { data: z.object({ id: z.string() }), reply: Recording.extend({ file: z.string() }) },
  /** Deletes the recording and its files. WRONG_STATE while it is still being recorded. */
  deleteRecording: { data: z.object({ id: z.string() }), reply: ok },
  /** Sources to pull, outputs and recordings of streams. Sent after each hello and after every change. */
  setStreamJobs: { data: StreamJobs, reply: ok },
  /** Publishes an SFU publisher (WHIP) as a stream in the hub. The client's parameters are authorised like any other publisher's. */
  startSfuIngest: {
    data: StreamRef.extend({
      ingestId: IngestId,
      ip: z.string(),
      params: ClientParams,
    }),
    reply: z.object({ rtp: RtpAddress, clientId: z.string() }),
  },
  attachToSfuIngest: { data: z.object({ ingestId: IngestId, track: RtpTrack }), reply: ok },
  /** `isFinal`: the broadcaster ended the session, so the stream does not wait for a reconnection. */
  stopSfuIngest: { data: z.object({ ingestId: IngestId, isFinal: z.boolean() }), reply: ok },
  /** Sends a hub stream to the SFU as plain RTP, in codecs that browsers play. Packets flow only after `sendSfuFeed`. */
  startSfuFeed: {
    data: StreamRef.extend({ feedId: FeedId }),
    /** `rtp`: the address that media comes from and that listens for RTCP. */
    reply: z.object({
      rtp: RtpAddress,
      tracks: z.array(SfuFeedTrack).min(1).max(2),
      /** true: the publisher makes a key frame on request (PLI). Otherwise key frames come at the encoder's interval. */
      hasKeyFramesOnDemand: z.boolean(),
    }),
  },
  sendSfuFeed: { data: z.object({ feedId: FeedId, to: RtpAddress }), reply: ok },
  /** Resends every frame since the last key frame. Use it only while no viewer already has those frames. */
  refreshSfuFeed: { data: z.object({ feedId: FeedId }), reply: ok },
  stopSfuFeed: { data: z.object({ feedId: FeedId }), reply: ok },
  /**
   * Ends one connection, or without `clientId` the publisher's and with it the stream; the client may come back. `forget` also removes
   * the stream's media, for when the stream has been deleted.
   */
  kick: {
    data: StreamRef.extend({ clientId: z.string().optional(), forget: z.boolean().optional() }),
    reply: z.object({ kicked: z.number().int() }),
  },
} as const;

const ProgramSummary = z.object({
  programId: ProgramId,
  state: ProgramState,
  rtp: z.object({ ip: z.string().max(64), port: z.number().int() }),
  outputs: z.array(OutputInfo).max(64),
});
export type ProgramSummary = z.infer<typeof ProgramSummary>;
const OutputKind = z.object({
  kind: z.string().max(16),
  schemes: z.array(z.string().max(16)).max(16),
  /** JSON Schema, passed on unread. */
  options: boundedRecord(z.string().max(64), z.unknown().meta({ boundedBy: 'maxBytes' }), 64),
});

/** The right is the token that opened the connection: every bridge may make every call. */
interface BridgeCall<D extends z.ZodType = z.ZodType, R extends z.ZodType = z.ZodType> {
  /** Largest call on the wire, bytes. A larger one is refused before `data` parses it. */
  maxBytes: number;
  data: D;
  reply: R;
}

/** Requests from bridge to server. */
export const bridgeCalls = {
  /** Sent on every (re)connection. It lists the running programs, so that neither a lost socket nor a restarted server ends a broadcast. */
  hello: {
    maxBytes: 256 * 1024,
    data: z.object({
      bridgeId: z.string().max(256),
      /** The origin's public address for viewers; null: the page's host, on this port. */
      origin: z.object({ url: z.string().max(2048).nullable(), port: z.number().int() }),
      /** Ports of the other listeners for broadcasters and players; null if disabled. */
      ports: z.object({ rtmp: z.number().int().nullable(), rtmps: z.number().int().nullable(), srt: z.number().int().nullable() }),
      /** Authenticates the server when it fetches recordings from the origin. */
      mediaSecret: z.string().max(256),
      encoders: z.array(EncoderName).max(16),
      /** CPU cores of its machine. */
      cores: z.number().positive(),
      /** Output kinds, each with the JSON Schema of its options, for forms. */
      outputKinds: z.array(OutputKind).max(32),
      programs: z.array(ProgramSummary).max(256),
    }),
    /** `serverId`: of the server process. A bridge drops what it sent to, or got from, the SFU of an earlier one. */
    reply: z.object({ serverId: z.string().max(64) }),
  },
  /** Sent before every publish and play. An error, or no reply, means no. */
  authorise: { maxBytes: MAX_REQUEST_BYTES, data: AuthoriseRequest, reply: AuthoriseReply },
  /** Fetches a background or logo that a scene refers to and this bridge does not have yet. */
  fetchAsset: {
    maxBytes: SMALL_REQUEST_BYTES,
    data: z.object({ assetId: AssetId }),
    reply: z.object({ bytes: z.custom<Uint8Array>((value) => value instanceof Uint8Array) }),
  },
} as const satisfies Record<string, BridgeCall>;

/** Events from bridge to server. */
export const bridgeEvents = {
  programStateChanged: z.object({
    ...program,
    state: ProgramState,
    reason: z.object({ code: ErrorCode, message: z.string() }).nullable(),
    atMs: z.number(),
  }),
  outputChanged: z.object({ ...program, output: OutputInfo }),
  keyFrameNeeded: z.object({ ...program, trackId: z.string() }),
  statsMeasured: z.object({ ...program, stats: ProgramStats, degraded: Degradation.nullable() }),
  levelsMeasured: z.object({ ...program, levels: Levels }),
  pullChanged: PullInfo,
  streamOutputChanged: StreamOutputInfo,
  recordingChanged: Recording,
  sfuIngestKeyFrameNeeded: z.object({ ingestId: IngestId, trackId: z.string() }),
  /** The ingest ended without `stopSfuIngest`: kicked, taken over, or out of media. */
  sfuIngestEnded: z.object({ ingestId: IngestId, reason: z.object({ code: ErrorCode, message: z.string() }) }),
  /** The feed ended without `stopSfuFeed`: the stream has ended or has no receivers. */
  sfuFeedEnded: z.object({ feedId: FeedId, reason: z.string() }),
  /** Every stream in the hub, once a second. A stream missing from the list has ended. */
  streamsMeasured: z.object({ streams: z.array(StreamStatus) }),
} as const;

/** Largest event on the wire, bytes: a larger one is dropped before it is parsed. A hub may hold thousands of streams, and a recording many gaps. */
export const BRIDGE_EVENT_MAX_BYTES: Readonly<Record<keyof typeof bridgeEvents, number>> = {
  programStateChanged: MAX_REQUEST_BYTES,
  outputChanged: MAX_REQUEST_BYTES,
  keyFrameNeeded: SMALL_REQUEST_BYTES,
  statsMeasured: MAX_REQUEST_BYTES,
  levelsMeasured: MAX_REQUEST_BYTES,
  pullChanged: MAX_REQUEST_BYTES,
  streamOutputChanged: MAX_REQUEST_BYTES,
  recordingChanged: 1024 * 1024,
  sfuIngestKeyFrameNeeded: SMALL_REQUEST_BYTES,
  sfuIngestEnded: MAX_REQUEST_BYTES,
  sfuFeedEnded: MAX_REQUEST_BYTES,
  streamsMeasured: 4 * 1024 * 1024,
};

export type BridgeRequestName = keyof typeof bridgeRequests;
export type BridgeRequestInput<N extends BridgeRequestName> = z.input<(typeof bridgeRequests)[N]['data']>;
export type BridgeRequestData<N extends BridgeRequestName> = z.output<(typeof bridgeRequests)[N]['data']>;
export type BridgeRequestReply<N extends BridgeRequestName> = z.output<(typeof bridgeRequests)[N]['reply']>;
export type BridgeCallName = keyof typeof bridgeCalls;
export type BridgeCallData<N extends BridgeCallName> = z.output<(typeof bridgeCalls)[N]['data']>;
export type BridgeCallReply<N extends BridgeCallName> = z.output<(typeof bridgeCalls)[N]['reply']>;
export type BridgeEventName = keyof typeof bridgeEvents;
export type BridgeEventData<N extends BridgeEventName> = z.output<(typeof bridgeEvents)[N]>;
