import { randomBytes } from 'node:crypto';
import type { Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { FormatError, type FlvTag } from '../../../media/formats/index.js';
import { Segmenter, type Part, type SegmentHead } from '../../../media/packaging/index.js';
import { assertNear, hasCome, type DeliveryDirectives, type PlaylistEdge } from './deliveryDirectives.js';
import type { DvrStore } from './dvr/index.js';
import { masterPlaylist, mediaPlaylist, type PlaylistView } from './playlist.js';
import { PlaylistTimeline, type ListedSegment } from './PlaylistTimeline.js';
import { BlockingRequests } from './BlockingRequests.js';
import { ProgramDateTime } from './ProgramDateTime.js';

export interface HlsOptions {
  /** Length that segments are cut to, at key frames. */
  targetMs: number;
  /** Longest part of LL-HLS. */
  partMs: number;
  /** Segments in the live playlist. */
  listed: number;
  /** Segments kept after they have left it, for players that are on their way to fetch them. */
  kept: number;
}

/** The playlists of a channel: as it was sent, its sound alone, and all that can be sought back to. */
export type PlaylistKind = 'index' | 'audio' | 'dvr';

/** Bytes of a segment, part or init. */
export type HlsMedia = { bytes: readonly Buffer[] } | { path: string; offset: number; length: number };

/** A broadcast that begins this soon after another under its name goes on in the same DVR window. */
const DVR_JOIN_MS = 10 * 60_000;
/** Segments that a killed process may have shown without having them on disk: one that was being written, one on air. Their numbers are not used again. */
const LOST_BY_KILL = 2;

/** What one name shows to HLS players, through all broadcasts under it: packages the stream that is on now, keeps the end of the one that was. */
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
  /** The live playlists are gone, the window is not. */
  #isLiveForgotten = false;
  /** What an earlier process has left counts as live until it is told otherwise: its publisher is about to come back. */
  #isEnded = false;
  #isRecovered: boolean;

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
   * A broadcast under this name: give it tags, and `end` it when it is over. `isComing`: whether a track that has not been described yet certainly will be.
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

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** There is nothing of it to show any more. */
  get isForgotten(): boolean {
    return this.#isLiveForgotten && !this.hasDvr;
  }

  get hasDvr(): boolean {
    return (this.#dvr?.segments.length ?? 0) > 0;
  }

  /** Nobody comes back: playlists get their end. */
  end(): void {
    this.#isEnded = true;
    this.#change();
  }

  /** The last broadcast is long over. */
  forgetLive(): void {
    this.end();
    this.#isLiveForgotten = true;
    this.#change();
  }

  /** Null before the first segment. `uriOf`: each viewer has their own. */
  masterPlaylist(isDvr: boolean, uriOf: (kind: PlaylistKind) => string): string | null {
    if (isDvr && this.#main.listed.length === 0 && this.hasDvr) return bareMaster(uriOf('dvr'));
    if (this.#isLiveForgotten && !isDvr) return null;
    const main = { uri: uriOf(isDvr && this.#dvr ? 'dvr' : 'index'), segments: this.#main.listed };
    const hasPicture = this.#main.presentation?.video != null;
    return masterPlaylist(hasPicture && !isDvr ? [main, { uri: uriOf('audio'), segments: this.#audio.listed }] : [main]);
  }

  /** Without its kind report, which has the viewer's own URI in it. Null when there is nothing to show. */
  mediaPlaylist(kind: PlaylistKind, canSkip: boolean): string | null {
    const key = `${kind}${canSkip ? ' skip' : ''}`;
    const known = this.#texts.get(key);
    if (known !== undefined) return known;
    const view = this.#viewOf(kind);
    if (!view) return null;
    const text = mediaPlaylist(view, canSkip);
    this.#texts.set(key, text);
    return text;
  }

  /** RFC 8216bis 4.4.5.4: where the other kind is; null: there is no other, or it is over. */
  renditionReport(kind: PlaylistKind, uriOf: (kind: PlaylistKind) => string): string | null {
    if (kind === 'dvr' || this.#isEnded || this.#main.presentation?.video == null) return null;
    const other = kind === 'index' ? 'audio' : 'index';
    const timeline = other === 'audio' ? this.#audio : this.#main;
    const last = timeline.open?.parts.length ? timeline.open : timeline.listed.at(-1);
    if (!last) return null;
    return `#EXT-X-RENDITION-REPORT:URI="${uriOf(other)}",LAST-MSN=${last.sequence},LAST-PART=${Math.max(0, last.parts.length - 1)}\n`;
  }

  /** RFC 8216bis 6.2.5.2. Throws BAD_REQUEST for what is too far off, TIMEOUT when it does not come. */
  async whenReady(kind: PlaylistKind, until: NonNullable<DeliveryDirectives['blockUntil']>, signal: AbortSignal): Promise<void> {
    if (this.#isEnded) return;
    const edge = this.#edgeOf(kind);
    if (!edge) return;
    assertNear(edge, until);
    const isMet = () => this.#isEnded || hasCome(this.#edgeOf(kind) ?? edge, until);
    if (!(await this.blockingRequests.wait(isMet, this.#blockTimeoutMs, signal)))
      throw new LianmaiError('BRIDGE_UNAVAILABLE', undefined, { message: NOT_ADVANCING });
  }

  /** By path, `token/5.m4s`. */
  segment(path: { token: string; letter: string; sequence: number }): HlsMedia | null {
    const timeline = path.letter === 'a' ? this.#audio : this.#main;
    const prefix = `${path.token}/${path.letter}`;
    const segment = timeline.segment(path.sequence);
    if (segment?.prefix === prefix && segment !== timeline.open && !segment.isGap)
      return { bytes: segment.parts.map((part) => part.bytes) };
    const stored = path.letter === '' ? this.#dvr?.find(path.sequence) : undefined;
    return stored?.file && stored.prefix === prefix ? { ...stored.file, length: stored.bytes } : null;
  }

  /** The part that the playlist's hint names is waited for. */
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

  /** Old parts of the window go, whether or not anything comes. */
  prune(nowMs: number): void {
    this.#dvr?.prune(nowMs);
    this.#texts.delete('dvr');
  }

  /** Resolves when the window is on disk. */
  async close(): Promise<void> {
    this.blockingRequests.close();
    await this.#dvr?.close();
  }

  /** Leaves nothing on disk. */
  async discard(): Promise<void> {
    this.blockingRequests.close();
    await this.#dvr?.discard();
  }

  /** 6.2.5.2: three target durations. */
  get #blockTimeoutMs(): number {
    return this.#main.targetSeconds * 3000;
  }

  #startOver(isComing?: (kind: 'video' | 'audio') => boolean): Segmenter {
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
    // Beside a kind that may have been there before it.
    const audioSink = {
      partTarget: audio.partTarget,
      begin: (head: SegmentHead) => audio.begin(head, this.#main.open?.sequence),
      add: (part: Part) => audio.add(part),
      end: (spanMs: number) => audio.end(spanMs),
    };
    return new Segmenter(this.#options, { main: this.#main, audio: audioSink }, isComing);
  }

  #push(segmenter: Segmenter, tag: FlvTag): void {
    if (tag.kind !== 'data' && !tag.isConfig) this.#clock.see(tag.dtsMs, Date.now());
    this.#skipMalformed(() => segmenter.push(tag));
  }

  #skipMalformed(step: () => void): void {
    try {
      step();
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
      this.#log.warn({ err: error }, 'media that HLS cannot carry');
    }
  }

  #viewOf(kind: PlaylistKind): PlaylistView | null {
    const timeline = kind === 'audio' ? this.#audio : this.#main;
    const segments: readonly ListedSegment[] = kind === 'dvr' ? (this.#dvr?.segments ?? []) : timeline.listed;
    const last = segments.at(-1);
    if (!last || (kind !== 'dvr' && this.#isLiveForgotten)) return null;
    // What comes is shown once it continues what is shown.
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

const NOT_ADVANCING = 'The stream does not go on at the moment.';

const bareMaster = (uri: string) => `#EXTM3U\n#EXT-X-VERSION:9\n#EXT-X-STREAM-INF:BANDWIDTH=1000000\n${uri}\n`;
