import { randomBytes } from 'node:crypto';
import type { Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { readClocks } from '../../../runtime/index.js';
import { FormatError, type FlvTag } from '../../../media/formats/index.js';
import { Segmenter, type Part, type SegmentHead } from '../../../media/packaging/index.js';
import { assertReachable, hasReached, type DeliveryDirectives, type PlaylistEdge } from './deliveryDirectives.js';
import type { DvrStore } from './dvr/index.js';
import { masterPlaylist, mediaPlaylist, type PlaylistView } from './playlist.js';
import { PlaylistTimeline, type ListedSegment } from './PlaylistTimeline.js';
import { BlockingRequests } from './BlockingRequests.js';
import { MediaKeys } from './MediaKeys.js';
import { ProgramDateTime } from './ProgramDateTime.js';

export interface HlsOptions {
  /** Segment length, ms; cuts happen at key frames. */
  targetMs: number;
  /** Maximum LL-HLS part length, ms. */
  partMs: number;
  /** Segments in the live playlist. */
  listed: number;
  /** Segments kept after they leave the playlist, for players that are about to fetch them. */
  kept: number;
}

/** The playlists of a channel: the full stream, its audio only, and the DVR window. */
export type PlaylistKind = 'index' | 'audio' | 'dvr';

/** Bytes of a segment, part or init segment. */
export type HlsMedia = { bytes: readonly Buffer[] } | { path: string; offset: number; length: number };

/** A broadcast that starts within this time of the previous one under its name continues the same DVR window. */
const DVR_JOIN_MS = 10 * 60_000;
/** Segments that a killed process may have listed but not stored: one being written and one on air. Their numbers are skipped. */
const LOST_BY_KILL = 2;

/** Everything HLS players see under one name, across broadcasts: packages the current stream and keeps the end of the previous one. */
export class HlsChannel {
  readonly blockingRequests = new BlockingRequests();
  readonly #main: PlaylistTimeline;
  readonly #audio: PlaylistTimeline;
  readonly #dvr: DvrStore | null;
  readonly #options: HlsOptions;
  readonly #log: Log;
  readonly #texts = new Map<string, string>();
  #token = '';
  #clock = new ProgramDateTime();
  /** The live playlists are deleted; the DVR window may remain. */
  #isLiveForgotten = false;
  /** A channel recovered from an earlier process counts as live at first, because its publisher is probably about to return. */
  #isEnded = false;
  #isRecovered: boolean;
  readonly #mediaKeys = new MediaKeys();
  /** Null until a viewer was admitted: then no playlist has told media URLs yet. */
  #isSigned: boolean | null = null;

  constructor(options: HlsOptions, dvr: DvrStore | null, log: Log) {
    this.#options = options;
    this.#log = log;
    this.#dvr = dvr;
    this.#isRecovered = dvr?.last !== undefined;
    const shared = { ...options, epochOf: (streamMs: number) => this.#clock.at(streamMs), onChanged: () => this.#change() };
    this.#main = new PlaylistTimeline({
      ...shared,
      letter: '',
      onClosed: (segment) => {
        this.#isEnded = false;
        this.#isLiveForgotten = false;
        dvr?.add(segment);
      },
      onForgotten: (segment) => dvr?.forget(segment),
    });
    this.#audio = new PlaylistTimeline({ ...shared, letter: 'a' });
  }

  /**
   * Starts a broadcast under this name. Push tags, then call `end`. `isComing`: whether a track without a config yet is certain to follow.
   */
  startBroadcast(isComing?: (kind: 'video' | 'audio') => boolean): { push: (tags: readonly FlvTag[]) => void; end: () => void } {
    const segmenter = this.#startOver(isComing);
    return {
      push: (tags) => {
        for (const tag of tags) this.#push(segmenter, tag);
      },
      end: () => {
        this.#skipMalformed(() => segmenter.flush());
        this.end();
      },
    };
  }

  /** Learns from an admission whether players need signed URLs. `isFresh`: the server has just said so. */
  setSigned(isSigned: boolean, isFresh: boolean): void {
    if (isFresh || this.#isSigned === null) this.#isSigned = isSigned;
  }

  /** The key that the media URLs of playlists carry at this time of the monotonic clock; null for an open stream. */
  mediaKey(atMs: number): string | null {
    return this.#isSigned === true ? this.#mediaKeys.at(atMs) : null;
  }

  /** Whether a request with this key may have media. */
  acceptsMediaKey(key: string | null, atMs: number): boolean {
    return this.#isSigned === false || this.#mediaKeys.accepts(key, atMs);
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** True when no playlist is left to show. */
  get isForgotten(): boolean {
    return this.#isLiveForgotten && !this.hasDvr;
  }

  get hasDvr(): boolean {
    return (this.#dvr?.segments.length ?? 0) > 0;
  }

  /** Ends the broadcast; playlists get EXT-X-ENDLIST. */
  end(): void {
    this.#isEnded = true;
    this.#mediaKeys.stop();
    this.#dvr?.rest();
    this.#change();
  }

  /** Deletes the live playlists some time after the end. */
  forgetLive(): void {
    this.end();
    this.#isLiveForgotten = true;
    this.#change();
  }

  /** Returns null before the first segment. `uriOf` builds URIs, which differ per viewer. */
  masterPlaylist(isDvr: boolean, uriOf: (kind: PlaylistKind) => string): string | null {
    if (isDvr && this.#main.listed.length === 0 && this.hasDvr) return bareMaster(uriOf('dvr'));
    if (this.#isLiveForgotten && !isDvr) return null;
    const main = { uri: uriOf(isDvr && this.#dvr ? 'dvr' : 'index'), segments: this.#main.listed };
    const hasPicture = this.#main.presentation?.video != null;
    return masterPlaylist(hasPicture && !isDvr ? [main, { uri: uriOf('audio'), segments: this.#audio.listed }] : [main]);
  }

  /** Returns the playlist without its rendition report, which contains the viewer's own URI. Null when there is nothing to show. */
  mediaPlaylist(kind: PlaylistKind, { canSkip, mediaKey }: { canSkip: boolean; mediaKey: string | null }): string | null {
    const name = `${kind}${canSkip ? ' skip' : ''}${mediaKey === null ? '' : ` ${mediaKey}`}`;
    const known = this.#texts.get(name);
    if (known !== undefined) return known;
    const view = this.#viewOf(kind);
    if (!view) return null;
    const text = mediaPlaylist({ ...view, mediaKey }, canSkip);
    this.#texts.set(name, text);
    return text;
  }

  /** RFC 8216bis 4.4.5.4: the position of the other playlist. Null when there is no other, or it has ended. */
  renditionReport(kind: PlaylistKind, uriOf: (kind: PlaylistKind) => string): string | null {
    if (kind === 'dvr' || this.#isEnded || this.#main.presentation?.video == null) return null;
    const other = kind === 'index' ? 'audio' : 'index';
    const timeline = other === 'audio' ? this.#audio : this.#main;
    const last = timeline.open?.parts.length ? timeline.open : timeline.listed.at(-1);
    if (!last) return null;
    return `#EXT-X-RENDITION-REPORT:URI="${uriOf(other)}",LAST-MSN=${last.sequence},LAST-PART=${Math.max(0, last.parts.length - 1)}\n`;
  }

  /** RFC 8216bis 6.2.5.2. Throws BAD_REQUEST for a position too far ahead, and BRIDGE_UNAVAILABLE when it does not arrive in time. */
  async whenReady(kind: PlaylistKind, until: NonNullable<DeliveryDirectives['blockUntil']>, signal: AbortSignal): Promise<void> {
    if (this.#isEnded) return;
    const edge = this.#edgeOf(kind);
    if (!edge) return;
    assertReachable(edge, until);
    const isMet = () => this.#isEnded || hasReached(this.#edgeOf(kind) ?? edge, until);
    if (!(await this.blockingRequests.wait(isMet, this.#blockTimeoutMs, signal)))
      throw new LianmaiError('BRIDGE_UNAVAILABLE', undefined, { message: NOT_ADVANCING });
  }

  /** Finds a segment by its path, `token/5.m4s`. */
  segment(path: { token: string; letter: string; sequence: number }): HlsMedia | null {
    const timeline = path.letter === 'a' ? this.#audio : this.#main;
    const prefix = `${path.token}/${path.letter}`;
    const segment = timeline.segment(path.sequence);
    if (segment?.prefix === prefix && segment !== timeline.open && !segment.isGap)
      return { bytes: segment.parts.map((part) => part.bytes) };
    const stored = path.letter === '' ? this.#dvr?.find(path.sequence) : undefined;
    return stored?.file && stored.prefix === prefix ? { ...stored.file, length: stored.bytes } : null;
  }

  /** Finds a part, and waits for the one that the playlist's preload hint names. */
  async part(path: { token: string; letter: string; sequence: number; part: number }, signal: AbortSignal): Promise<HlsMedia | null> {
    const timeline = path.letter === 'a' ? this.#audio : this.#main;
    if (path.token !== this.#token && timeline.segment(path.sequence)?.prefix !== `${path.token}/${path.letter}`) return null;
    const find = () => {
      const segment = timeline.segment(path.sequence);
      return segment?.prefix === `${path.token}/${path.letter}` ? segment.parts[path.part] : undefined;
    };
    const isHinted = () =>
      !this.#isEnded &&
      (timeline.open
        ? timeline.open.sequence === path.sequence && timeline.open.parts.length === path.part
        : timeline.nextSequence === path.sequence && path.part === 0);
    if (!find() && isHinted()) await this.blockingRequests.wait(() => find() !== undefined || !isHinted(), this.#blockTimeoutMs, signal);
    const part = find();
    return part ? { bytes: [part.bytes] } : null;
  }

  init(path: string): Buffer | null {
    return this.#main.init(path) ?? this.#audio.init(path) ?? this.#dvr?.init(path) ?? null;
  }

  /** Removes expired segments from the DVR window, even when no media arrives. */
  prune(nowMs: number): void {
    this.#dvr?.prune(nowMs);
    for (const name of this.#texts.keys()) if (name.startsWith('dvr')) this.#texts.delete(name);
  }

  /** Resolves when the DVR window is on disk. */
  async close(): Promise<void> {
    this.blockingRequests.close();
    await this.#dvr?.close();
  }

  /** Deletes the DVR window from disk. */
  async discard(): Promise<void> {
    this.blockingRequests.close();
    await this.#dvr?.discard();
  }

  /** RFC 8216bis 6.2.5.2: three target durations. */
  get #blockTimeoutMs(): number {
    return this.#main.targetSeconds * 3000;
  }

  #startOver(isComing?: (kind: 'video' | 'audio') => boolean): Segmenter {
    this.#mediaKeys.resume();
    this.#token = randomBytes(12).toString('base64url');
    const last = this.#dvr?.last;
    const isJoined = last !== undefined && Date.now() - (last.atMs + last.durationMs) < DVR_JOIN_MS;
    if (last && !isJoined) this.#dvr?.clear();
    const lost = this.#isRecovered ? LOST_BY_KILL : 0;
    this.#isRecovered = false;
    const { targetSeconds = 0 } = this.#dvr ?? {};
    const after = isJoined ? { sequence: last.sequence + lost, discontinuity: last.discontinuity, targetSeconds } : null;
    for (const timeline of [this.#main, this.#audio]) timeline.startOver(this.#token, after);
    this.#clock = new ProgramDateTime();
    const audio = this.#audio;
    // The audio playlist follows the numbering of the main one, which may have started earlier.
    const audioSink = {
      partTarget: audio.partTarget,
      begin: (head: SegmentHead) => audio.begin(head, this.#main.open?.sequence),
      add: (part: Part) => audio.add(part),
      end: (spanMs: number) => audio.end(spanMs),
    };
    return new Segmenter(this.#options, { main: this.#main, audio: audioSink }, isComing);
  }

  #push(segmenter: Segmenter, tag: FlvTag): void {
    if (tag.kind !== 'data' && !tag.isConfig) this.#clock.observe(tag.dtsMs, readClocks());
    this.#skipMalformed(() => segmenter.push(tag));
  }

  #skipMalformed(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#log.warn({ err: error }, 'skipped media that HLS cannot carry');
    }
  }

  #viewOf(kind: PlaylistKind): Omit<PlaylistView, 'mediaKey'> | null {
    const timeline = kind === 'audio' ? this.#audio : this.#main;
    const segments: readonly ListedSegment[] = kind === 'dvr' ? (this.#dvr?.segments ?? []) : timeline.listed;
    const last = segments.at(-1);
    if (!last || (kind !== 'dvr' && this.#isLiveForgotten)) return null;
    // The open segment is listed only if it continues the listed ones.
    const next = timeline.open ?? { sequence: timeline.nextSequence, prefix: timeline.nextPrefix };
    const isContinued = next.sequence === last.sequence + 1 && next.prefix.length > 1;
    return {
      segments,
      open: isContinued ? timeline.open : null,
      next: isContinued ? next : null,
      partsOf: ({ sequence, prefix }) => {
        const segment = timeline.segment(sequence);
        return segment?.prefix === prefix ? segment.parts : [];
      },
      targetSeconds: Math.max(timeline.targetSeconds, kind === 'dvr' ? (this.#dvr?.targetSeconds ?? 0) : 0),
      partTargetMs: timeline.partTarget.ms,
      isEnded: this.#isEnded,
    };
  }

  #edgeOf(kind: PlaylistKind): PlaylistEdge | null {
    const timeline = kind === 'audio' ? this.#audio : this.#main;
    const last = timeline.listed.at(-1) ?? (kind === 'dvr' ? this.#dvr?.last : undefined);
    return last ? { last: last.sequence, openParts: timeline.open?.parts.length ?? 0, partTargetMs: timeline.partTarget.ms } : null;
  }

  #change(): void {
    this.#texts.clear();
    this.blockingRequests.wake();
  }
}

const NOT_ADVANCING = 'No new media is available yet. Try again.';

const bareMaster = (uri: string) => `#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-STREAM-INF:BANDWIDTH=1000000\n${uri}\n`;
