import type { Stream } from '../../../hub/stream/index.js';
import type { HlsChannel } from './HlsChannel.js';

/** What the packager's own queue may hold; it reads at once, so this is met only when the process is in trouble. */
const QUEUE = { name: 'hls', maxQueueBytes: 32 * 1024 * 1024, maxQueueMs: 15_000, startWithGop: true };

export interface PackagedStream {
  source: Stream;
  /** The source as HLS players can take it. */
  stream: Stream;
}

/** Packages a stream until it ends (then the playlist does) or `signal` aborts. */
export async function packageStream(channel: HlsChannel, { source, stream }: PackagedStream, signal: AbortSignal): Promise<void> {
  // A track that the source has certainly comes, however late its transcoder starts.
  const broadcast = channel.startBroadcast((kind) => stream !== source && source.preamble[kind] !== null);
  const reader = stream.createReader(QUEUE);
  try {
    for (let tags = await reader.read(signal); tags; tags = await reader.read(signal)) broadcast.push(tags);
    broadcast.end();
  } finally {
    void reader.close('packager ended');
  }
}
