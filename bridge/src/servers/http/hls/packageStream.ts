import type { Log } from '@lianmai/kit';
import type { Reader, Stream } from '../../../hub/stream/index.js';
import type { HlsChannel } from './HlsChannel.js';

export interface HlsRendition {
  /** The source itself, or what is made from it. */
  readonly stream: Stream;
  /** Aborts when it does not fit any more: open again. */
  readonly changed: AbortSignal;
  close(): void;
}

/** Throws where there is no way. */
export type OpenHlsRendition = (stream: Stream) => HlsRendition;

interface Options {
  openRendition: OpenHlsRendition | undefined;
  log: Log;
  signal: AbortSignal;
}

/** What the packager's own queue may hold; it reads at once, so this is met only when the process is in trouble. */
const QUEUE = { name: 'hls', maxQueueBytes: 32 * 1024 * 1024, maxQueueMs: 15_000 };

/** Packages a stream until it ends (then the playlist does) or `signal` aborts. */
export async function packageStream(channel: HlsChannel, source: Stream, { openRendition, log, signal }: Options): Promise<void> {
  const broadcast = channel.startBroadcast();
  let reader = source.createReader({ ...QUEUE, startWithGop: true });
  try {
    // Nobody can say what has to be done to a stream before its first tags are there.
    let tags = await reader.read(signal);
    while (tags) {
      const rendition = open(source, openRendition, log);
      if (rendition.stream !== source) {
        void reader.close('another rendition');
        reader = rendition.stream.createReader({ ...QUEUE, startWithGop: true });
      } else broadcast.push(tags);
      try {
        await pump(reader, AbortSignal.any([signal, rendition.changed]), broadcast.push);
        break;
      } catch (error) {
        if (signal.aborted || !rendition.changed.aborted) throw error;
      } finally {
        rendition.close();
      }
      void reader.close('the source has changed');
      broadcast.pause();
      reader = source.createReader({ ...QUEUE, startWithGop: false });
      tags = await reader.read(signal);
    }
    broadcast.end();
  } finally {
    void reader.close('packager ended');
  }
}

async function pump(
  reader: Reader,
  signal: AbortSignal,
  push: (tags: NonNullable<Awaited<ReturnType<Reader['read']>>>) => void,
): Promise<void> {
  for (let tags = await reader.read(signal); tags; tags = await reader.read(signal)) push(tags);
}

function open(source: Stream, openRendition: OpenHlsRendition | undefined, log: Log): HlsRendition {
  try {
    if (openRendition) return openRendition(source);
  } catch (error) {
    log.warn({ err: error }, 'HLS carries what it can of this stream');
  }
  return { stream: source, changed: new AbortController().signal, close: () => undefined };
}
