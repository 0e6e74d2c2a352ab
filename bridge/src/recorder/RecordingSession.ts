import { delay, type Log } from '@lianmai/kit';
import type { LianmaiError } from '@lianmai/protocol';
import { toLianmaiError, type Recording, type RecordRule } from '@lianmai/protocol';
import type { OpenReader } from '../hub/renditions/index.js';
import type { MediaTag, Reader, Stream } from '../hub/stream/index.js';
import type { ResumedRecording } from './Catalogue.js';
import type { RecordingFile, RecordingFormat } from './recordingContract.js';
import { GapMeter } from './GapMeter.js';
import { ownerOf } from './owner.js';
import { digestOf, type Resumption } from './recordingNote.js';

export interface RecordingSessionOptions {
  stream: Stream;
  rule: RecordRule;
  format: RecordingFormat;
  openReader: OpenReader;
  /** Returns the id and the path without extension for a new file of this stream. */
  place: (startedAtMs: number) => Promise<{ id: string; base: string }>;
  /** Opens the recording of this stream that a crash has left, if there is one that these codec configurations go on with. */
  resume: (resumption: Resumption) => Promise<ResumedRecording | null>;
  /** Called whenever a recording begins, continues or ends; its promise is awaited. `resumption`: null once nothing more is added to it. */
  onChanged: (recording: Recording, resumption: Resumption | null) => Promise<void>;
  /** Throws DISK_FULL when less than the reserve is free. */
  assertRoom: () => Promise<void>;
  log: Log;
}

/** How long tags are collected; a crash costs no more. */
const WRITE_EVERY_MS = 300;
/** How often the figures of a growing file are announced and saved beside it. */
const ANNOUNCE_MS = 5000;
/** Pause before a failing disk is tried again. */
const RETRY_MS = 10_000;
/** Queue for a slow disk. */
const QUEUE = { maxQueueBytes: 64 * 1024 * 1024, maxQueueMs: 30_000 };

/** More at the same time would slow each other down. */
const MAX_COMPLETING = 2;

/** A broadcast that several publishers carry on waits for the next one as long as the server tries to find it a bridge. */
const NEXT_RUN_MS = 120_000;

interface OpenRecording {
  file: RecordingFile;
  info: Recording;
  gaps: GapMeter;
  resumption: Resumption;
  /** The stream's time at which the file begins, or would have begun without gaps. */
  firstMs: number;
  /** No media of this process is in it yet. */
  isFresh: boolean;
  announcedAtMs: number;
}

/** Records one broadcast of one stream, file after file, until it ends or `signal` aborts. */
export class RecordingSession {
  readonly #options: RecordingSessionOptions;
  #open: OpenRecording | null = null;
  /** Files being completed: moving an index in front of gigabytes takes longer than any queue lasts. */
  readonly #completing = new Set<Promise<void>>();
  /** Needed at the start of every file. */
  #configs: { video: MediaTag | null; audio: MediaTag | null } = { video: null, audio: null };
  /** Until the first file: it may be one that an earlier process has left. */
  #mayResume = true;

  constructor(options: RecordingSessionOptions) {
    this.#options = options;
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted && !this.#options.stream.isEnded) {
      try {
        await this.#recordOnce(signal);
      } catch (error) {
        if (signal.aborted) break;
        await this.#fail(toLianmaiError(error));
        await delay(RETRY_MS, signal).catch(() => undefined);
      }
    }
    await this.#finish();
    await Promise.all(this.#completing);
  }

  async #recordOnce(signal: AbortSignal): Promise<void> {
    const { stream, format, openReader } = this.#options;
    const reader = await openReader(stream, format.accepts, { name: 'recording', ...QUEUE, startWithGop: true }, signal);
    try {
      await this.#record(reader, signal);
    } finally {
      void reader.close('recording ended');
    }
  }

  async #record(reader: Reader, signal: AbortSignal): Promise<void> {
    for (let tags = await reader.read(signal); tags; tags = await reader.read(signal)) {
      await this.#write(tags);
      await delay(WRITE_EVERY_MS, signal);
    }
  }

  async #write(tags: readonly MediaTag[]): Promise<void> {
    let from = 0;
    for (const [index, tag] of tags.entries()) {
      if (tag.isConfig) this.#configs[tag.kind === 'video' ? 'video' : 'audio'] = tag;
      if (!this.#needsNewFile(tag)) continue;
      await this.#append(tags.slice(from, index));
      await this.#leave();
      from = index;
      if (!tag.isConfig) await this.#begin(tag);
    }
    await this.#append(tags.slice(from));
  }

  /** True at the first entry point, at a key frame past the requested length, and where the format cannot continue. */
  #needsNewFile(tag: MediaTag): boolean {
    if (tag.isConfig) return this.#open !== null && !this.#options.format.takesNewConfig;
    if (!this.#options.stream.isEntry(tag)) return false;
    if (!this.#open) return true;
    const { segmentSeconds } = this.#options.rule;
    return segmentSeconds !== null && tag.dtsMs - this.#open.firstMs >= segmentSeconds * 1000;
  }

  async #begin(first: MediaTag): Promise<void> {
    const { onChanged, assertRoom } = this.#options;
    await assertRoom();
    const configs = [this.#configs.video, this.#configs.audio].filter((tag) => tag !== null);
    const resumption = this.#resumptionWith(configs);
    const open = (await this.#resume(first, resumption)) ?? (await this.#create(first, resumption));
    this.#open = open;
    await open.file.write(configs);
    await onChanged({ ...open.info }, resumption);
  }

  async #create(first: MediaTag, resumption: Resumption): Promise<OpenRecording> {
    const { stream, rule, format, place, log } = this.#options;
    const startedAtMs = Date.now();
    const { id, base } = await place(startedAtMs);
    const file = await format.create(base);
    const { app, name } = stream;
    const info: Recording = {
      ...{ id, app, name, format: rule.format, state: 'recording', reason: null, startedAtMs },
      ...{ durationMs: 0, bytes: 0, gaps: [] },
    };
    log.info({ recording: id, format: rule.format }, 'recording started');
    return { file, info, gaps: new GapMeter(), resumption, firstMs: first.dtsMs, isFresh: true, announcedAtMs: performance.now() };
  }

  /** Goes on with the file that an earlier process has left. */
  async #resume(first: MediaTag, resumption: Resumption): Promise<OpenRecording | null> {
    const resumed = this.#mayResume ? await this.#options.resume(resumption) : null;
    this.#mayResume = false;
    if (!resumed) return null;
    const { recording, file, endMs, lastWriteAtMs } = resumed;
    const gaps = new GapMeter(endMs, recording.gaps);
    gaps.startAfter(Date.now() - lastWriteAtMs);
    const info: Recording = { ...recording, bytes: file.bytes, durationMs: file.durationMs, gaps: gaps.gaps };
    this.#options.log.info({ recording: info.id, gap: gaps.gaps.at(-1) }, 'recording continued after a crash');
    return { file, info, gaps, resumption, firstMs: first.dtsMs - endMs, isFresh: true, announcedAtMs: performance.now() };
  }

  #resumptionWith(configs: readonly MediaTag[]): Resumption {
    const { stream, rule, format } = this.#options;
    const { broadcastId, resumeGraceMs } = stream;
    return {
      owner: ownerOf(),
      graceMs: broadcastId === null ? resumeGraceMs : NEXT_RUN_MS,
      broadcastId,
      segmentSeconds: rule.segmentSeconds,
      configs: format.takesNewConfig ? null : digestOf(configs),
    };
  }

  async #append(tags: readonly MediaTag[]): Promise<void> {
    const open = this.#open;
    const isFirstConfig = (tag: MediaTag) => tag === this.#configs.video || tag === this.#configs.audio;
    const media = open?.isFresh ? tags.filter((tag) => !isFirstConfig(tag)) : tags;
    if (!open || media.length === 0) return;
    await open.file.write(media);
    open.isFresh = false;
    // The monotonic clock: a wall clock may leap although nothing is missing.
    open.gaps.see(media, performance.now());
    Object.assign(open.info, { bytes: open.file.bytes, durationMs: open.file.durationMs, gaps: open.gaps.gaps });
    if (performance.now() - open.announcedAtMs < ANNOUNCE_MS) return;
    open.announcedAtMs = performance.now();
    await this.#options.assertRoom();
    await this.#options.onChanged({ ...open.info }, open.resumption);
  }

  /** The next file begins while this one is being completed. */
  async #leave(): Promise<void> {
    if (this.#completing.size >= MAX_COMPLETING) await Promise.race(this.#completing);
    const ended = this.#finish().finally(() => this.#completing.delete(ended));
    this.#completing.add(ended);
  }

  async #finish(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    if (!open) return;
    try {
      // A crash from here on leaves a file to complete, not to go on with.
      await this.#tell(open, {});
      await open.file.close();
      await this.#tell(open, { state: 'complete' });
      this.#options.log.info({ recording: open.info.id, durationMs: open.info.durationMs, bytes: open.info.bytes }, 'recording complete');
    } catch (error) {
      const { code, message } = toLianmaiError(error);
      await this.#tell(open, { state: 'failed', reason: { code, message } });
    }
  }

  /** Reports the failure. What was written stays, and is closed as well as the disk allows. */
  async #fail(error: LianmaiError): Promise<void> {
    const { log, stream } = this.#options;
    log.error({ code: error.code, err: error.cause, stream: stream.key }, `recording stopped: ${error.message}`);
    const open = this.#open;
    this.#open = null;
    if (!open) return;
    await open.file.close().catch((cause: unknown) => log.warn({ err: cause }, 'the recording could not be closed'));
    await this.#tell(open, { state: 'failed', reason: { code: error.code, message: error.message } });
  }

  async #tell({ file, info, gaps }: OpenRecording, change: Partial<Recording>): Promise<void> {
    Object.assign(info, { bytes: file.bytes, durationMs: file.durationMs, gaps: gaps.gaps }, change);
    await this.#options
      .onChanged({ ...info }, null)
      .catch((error: unknown) => this.#options.log.error({ err: error }, 'the catalogue could not be saved'));
  }
}
