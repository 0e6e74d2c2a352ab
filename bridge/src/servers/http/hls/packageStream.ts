import type { Stream } from '../../../hub/stream/index.js';
import type { HlsChannel } from './HlsChannel.js';

/** The packager reads without delay, so only an overloaded process reaches these limits. */
const QUEUE = { name: 'hls', maxQueueBytes: 32 * 1024 * 1024, maxQueueMs: 15_000, startWithGop: true };

export interface PackagedStream {
  source: Stream;
  /** The source in codecs that HLS players support. */
  stream: Stream;
}

/** Packages a stream until it ends, which also ends the playlist, or until `signal` aborts. */
export async function packageStream(channel: HlsChannel, { source, stream }: PackagedStream, signal: AbortSignal): Promise<void> {
  // A track of the source is certain to arrive, however late its transcoder starts.
  const broadcast = channel.startBroadcast((kind) => stream !== source && source.preamble[kind] !== null);
  const reader = stream.createReader(QUEUE);
  try {
    for (let tags = await reader.read(signal); tags; tags = await reader.read(signal)) broadcast.push(tags);
    broadcast.end();
  } finally {
    void reader.close('packager ended');
  }
}
