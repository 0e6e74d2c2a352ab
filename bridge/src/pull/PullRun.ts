import type { Log } from '@lianmai/kit';
import { LianmaiError, toLianmaiError, type ErrorCode } from '@lianmai/protocol';
import { FfmpegProcess, type Ffmpeg } from '../media/ffmpeg/index.js';
import { TsDemuxer } from '../media/formats/index.js';
import type { PublishSession } from '../hub/gate/index.js';
import { concatList } from './concatList.js';
import { pacingOf, type PullInput } from './pullSource.js';
import type { PullRoute } from './PullRoute.js';

/** The handling of the source's tracks. */
export interface PullConversions {
  video: 'copy' | 'h264';
  audio: 'copy' | 'aac';
}

export const COPY_ALL: PullConversions = { video: 'copy', audio: 'copy' };

export interface PullRunOptions {
  route: Pick<PullRoute, 'input' | 'failure'>;
  ffmpeg: Ffmpeg;
  conversions: PullConversions;
  log: Log;
  /** Called with the first media. */
  open: () => Promise<PublishSession>;
  onLive: () => void;
}

/** unfit: the source has tracks that the hub cannot carry; run again with these conversions. */
export type PullResult = { kind: 'ended'; error: LianmaiError | null } | { kind: 'unfit'; error: null; conversions: PullConversions };

/** Codecs that are carried unchanged. */
const CARRIED = { video: ['h264', 'hevc'], audio: ['aac', 'opus', 'mp3'] };
/** A source that delivers nothing for this long is stalled. */
const STALL_MS = 20_000;
const X264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-tune', 'zerolatency', '-g', '60', '-pix_fmt', 'yuv420p'];

/** One FFmpeg that reads the source, from start to end. */
export class PullRun {
  readonly #options: PullRunOptions;
  readonly #process: FfmpegProcess<'list' | 'media'>;
  readonly #demuxer = new TsDemuxer();
  readonly #needed: PullConversions;
  #session: PublishSession | null = null;
  #lastLine = '';
  #failure: LianmaiError | null = null;
  #stall: NodeJS.Timeout | undefined;

  constructor(options: PullRunOptions) {
    const { ffmpeg, route, conversions, log } = options;
    this.#options = options;
    this.#needed = { ...conversions };
    this.#process = new FfmpegProcess({
      path: ffmpeg.path,
      name: 'pull',
      pipes: { list: 'input', media: 'output' },
      commandLine: (at) => argumentsFor(route.input, conversions, at),
      log,
      onLine: (line) => this.#readLine(line),
    });
  }

  /** Resolves when FFmpeg has ended for whatever reason; `signal` ends it. */
  async result(signal: AbortSignal): Promise<PullResult> {
    const process = this.#process;
    const stop = () => void process.close('stopped');
    signal.addEventListener('abort', stop, { once: true });
    process.input('list').end(concatList(this.#options.route.input));
    this.#expectMedia();
    try {
      for await (const chunk of process.output('media') as AsyncIterable<Buffer>) {
        await this.#take(chunk);
        if (this.#isUnfit) break;
      }
    } catch (error) {
      this.#failure ??= toLianmaiError(error);
    } finally {
      clearTimeout(this.#stall);
      signal.removeEventListener('abort', stop);
      await process.close('run ended');
      this.#session?.close('the source ended');
    }
    const { code, error } = await process.exited;
    if (error) this.#failure ??= toLianmaiError(error);
    return this.#conclude(code === 0);
  }

  get #isUnfit(): boolean {
    const { conversions } = this.#options;
    return this.#needed.video !== conversions.video || this.#needed.audio !== conversions.audio;
  }

  #conclude(endedWell: boolean): PullResult {
    if (this.#isUnfit) return { kind: 'unfit', error: null, conversions: this.#needed };
    const { input, failure } = this.#options.route;
    if (this.#failure || (endedWell && input.isFile)) return { kind: 'ended', error: this.#failure };
    if (this.#session) return { kind: 'ended', error: ended('DESTINATION_CLOSED', 'The source ended the stream.') };
    const text = `The source delivered no media. ${this.#lastLine}`.trim();
    return { kind: 'ended', error: failure ?? ended('DESTINATION_UNREACHABLE', text) };
  }

  async #take(chunk: Buffer): Promise<void> {
    this.#expectMedia();
    const tags = this.#demuxer.push(chunk);
    if (tags.length === 0 || this.#isUnfit) return;
    this.#session ??= await this.#open();
    for (const tag of tags) this.#session.write(tag);
  }

  async #open(): Promise<PublishSession> {
    const session = await this.#options.open();
    session.signal.addEventListener('abort', () => this.#fail(toLianmaiError(session.signal.reason)), { once: true });
    this.#options.onLive();
    return session;
  }

  #expectMedia(): void {
    clearTimeout(this.#stall);
    this.#stall = setTimeout(() => {
      this.#fail(new LianmaiError('DESTINATION_STALLED', undefined, { message: `The source sent nothing for ${STALL_MS / 1000} s.` }));
    }, STALL_MS);
  }

  #fail(error: LianmaiError): void {
    this.#failure ??= error;
    void this.#process.close(error.message);
  }

  /** FFmpeg lists the source's tracks before it passes on any media. */
  #readLine(line: string): boolean {
    const track = /^\s*Stream #0:\d+.*: (Video|Audio): (\w+)/.exec(line);
    if (!track) {
      if (/error|refused|denied|timed? ?out|invalid|not found|unauthori|forbidden/i.test(line)) this.#lastLine = line.trim().slice(0, 200);
      return false;
    }
    // The output's tracks are listed in the same form, and are carried anyway.
    const [, kind = '', codec = ''] = track;
    if (kind === 'Video' && !CARRIED.video.includes(codec)) this.#needed.video = 'h264';
    if (kind === 'Audio' && !CARRIED.audio.includes(codec)) this.#needed.audio = 'aac';
    return true;
  }
}

const ended = (code: ErrorCode, message: string) => new LianmaiError(code, undefined, { message });

function argumentsFor(input: PullInput, { video, audio }: PullConversions, at: { list: string; media: string }): string[] {
  const protocols = ['pipe', ...input.protocols].join(',');
  return [
    ...['-hide_banner', '-nostats', '-nostdin', '-v', 'info', '-fflags', '+genpts+discardcorrupt', '-analyzeduration', '2000000'],
    ...[...pacingOf(input), '-f', 'concat', '-safe', '0', '-protocol_whitelist', protocols, '-i', at.list],
    ...['-map', '0:v:0?', '-map', '0:a:0?', '-dn', '-sn'],
    ...(video === 'copy' ? ['-c:v', 'copy'] : X264),
    ...(audio === 'copy' ? ['-c:a', 'copy'] : ['-c:a', 'aac', '-b:a', '128k', '-ar', '48000']),
    ...['-f', 'mpegts', '-muxdelay', '0', '-muxpreload', '0', '-pes_payload_size', '0', '-flush_packets', '1', at.media],
  ];
}
