import { statfs } from 'node:fs/promises';
import { Scope, type Closable, type Log } from '@lianmai/kit';
import { LianmaiError, streamKey, type RecordFormat, type RecordRule } from '@lianmai/protocol';
import type { OpenReader } from '../hub/renditions/index.js';
import type { Stream } from '../hub/stream/index.js';
import { Catalogue, TOUCH_EVERY_MS } from './Catalogue.js';
import type { RecordingFormat } from './recordingContract.js';
import { RecordingSession } from './RecordingSession.js';
import { expired, RetentionClock, type Retention } from './retention.js';

export interface RecorderOptions {
  dir: string;
  formats: Readonly<Record<RecordFormat, RecordingFormat>>;
  /** How streams are read. */
  openReader: OpenReader;
  retention: Retention;
  /** Recordings stop while less than this is free on their disk, to leave room for the rest of the machine. */
  minFreeBytes: number;
  log: Log;
}

const RETENTION_EVERY_MS = 60_000;

/** Records streams into a folder and keeps the folder within its limits. */
export class Recorder implements Closable {
  readonly catalogue: Catalogue;
  readonly #options: RecorderOptions;
  readonly #scope = new Scope();
  readonly #clock = new RetentionClock();

  private constructor(catalogue: Catalogue, options: RecorderOptions) {
    this.catalogue = catalogue;
    this.#options = options;
    this.#scope.interval(RETENTION_EVERY_MS, () => void this.cleanUp());
    this.#scope.interval(TOUCH_EVERY_MS, () => void catalogue.touchLiving());
    this.#scope.interval(TOUCH_EVERY_MS, () => void catalogue.saveEnded());
    const stop = new AbortController();
    this.#scope.defer(() => stop.abort());
    // Runs in the background: hours of torn recordings must not keep broadcasters out.
    void catalogue.repairTorn(stop.signal, (error) => options.log.error({ err: error }, 'a recording could not be repaired'));
  }

  static async open(options: RecorderOptions): Promise<Recorder> {
    return new Recorder(await Catalogue.open(options.dir, options.formats), options);
  }

  /** Records until the stream ends or the returned handle is closed. */
  record(stream: Stream, rule: RecordRule): Closable {
    const { formats, openReader, log } = this.#options;
    const stop = new AbortController();
    const session = new RecordingSession({
      ...{ stream, rule, openReader, format: formats[rule.format] },
      place: (startedAtMs) => this.catalogue.place(stream, startedAtMs),
      resume: (resumption) => this.catalogue.resume({ ...resumption, app: stream.app, name: stream.name, format: rule.format }),
      onChanged: (recording, resumption) => this.catalogue.keep(recording, resumption),
      assertRoom: () => this.#assertRoom(),
      log: log.child({ stream: stream.key }),
    });
    const ended = session.run(stop.signal).catch((error: unknown) => log.error({ err: error }, 'a recording failed'));
    const close = async (reason: string) => {
      stop.abort(new Error(reason));
      await ended;
    };
    const forget = this.#scope.defer(close);
    void ended.then(forget);
    return { close };
  }

  async cleanUp(atMs = this.#clock.now()): Promise<void> {
    const { retention, log } = this.#options;
    for (const recording of expired(this.catalogue.all, retention, atMs)) {
      log.info({ recording: recording.id, stream: streamKey(recording) }, 'recording deleted: its time or the room is over');
      await this.catalogue.delete(recording).catch((error: unknown) => log.warn({ err: error }, 'a recording could not be deleted'));
    }
  }

  close(reason: string): Promise<void> {
    return this.#scope.close(reason);
  }

  async #assertRoom(): Promise<void> {
    const { bavail, bsize } = await statfs(this.#options.dir);
    if (bavail * bsize < this.#options.minFreeBytes) throw new LianmaiError('DISK_FULL', { freeBytes: bavail * bsize });
  }
}
