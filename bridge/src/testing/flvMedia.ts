import { createLog } from '@lianmai/kit';
import { FfmpegProcess, findFfmpeg } from '../ffmpeg/index.js';
import { FlvParser, type FlvTag } from '../formats/index.js';
import type { Publisher } from '../stream/index.js';

export interface PictureAndSound {
  seconds: number;
  /** Default 640x360. */
  size?: string;
  /** Pictures from key frame to key frame, at 30 a second; default 60. */
  gop?: number;
  bFrames?: number;
  hasVideo?: boolean;
  hasAudio?: boolean;
  sampleRate?: number;
  /** Default 800. */
  videoBitrateKbps?: number;
}

const log = createLog('test media', 'silent');

/** testsrc2 and a 440 Hz tone as H.264 + AAC, as fast as it goes. */
export async function encodeFlv(what: PictureAndSound): Promise<FlvTag[]> {
  const tags: FlvTag[] = [];
  const { ended } = await start(what, false, (tag) => tags.push(tag));
  await ended;
  return tags;
}

/** The same at the speed of life, into a publisher. */
export class FlvBroadcast {
  readonly ended: Promise<void>;
  readonly #stop: () => Promise<void>;

  private constructor(ended: Promise<void>, stop: () => Promise<void>) {
    this.ended = ended;
    this.#stop = stop;
  }

  static async start(what: PictureAndSound, publisher: Publisher): Promise<FlvBroadcast> {
    const { ended, stop } = await start(what, true, (tag) => publisher.write(tag));
    return new FlvBroadcast(ended, stop);
  }

  stop(): Promise<void> {
    return this.#stop();
  }
}

async function start(what: PictureAndSound, isRealTime: boolean, onTag: (tag: FlvTag) => void): Promise<{ ended: Promise<void>; stop: () => Promise<void> }> {
  const ffmpeg = await findFfmpeg();
  const encoder = new FfmpegProcess({ path: ffmpeg.path, name: 'test media', pipes: { flv: 'output' }, args: (at) => argumentsOf(what, isRealTime, at.flv), log });
  const parser = new FlvParser();
  const output = encoder.output('flv');
  output.on('data', (chunk: Buffer) => {
    for (const tag of parser.push(chunk)) onTag(tag);
  });
  const ended = new Promise<void>((resolve) => output.once('close', () => resolve()));
  return { ended, stop: () => encoder.close('test ends') };
}

function argumentsOf(what: PictureAndSound, isRealTime: boolean, target: string): string[] {
  const { seconds, size = '640x360', gop = 60, bFrames = 0, hasVideo = true, hasAudio = true, sampleRate = 48_000, videoBitrateKbps = 800 } = what;
  const pace = isRealTime ? ['-re'] : [];
  const picture = [...pace, '-f', 'lavfi', '-i', `testsrc2=size=${size}:rate=30`];
  const sound = [...pace, '-f', 'lavfi', '-i', `sine=frequency=440:sample_rate=${sampleRate}`];
  const rate = `${videoBitrateKbps}k`;
  const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', `${gop}`, '-bf', `${bFrames}`, '-sc_threshold', '0', '-b:v', rate];
  return [
    ...['-hide_banner', '-loglevel', 'warning', '-nostdin'],
    ...(hasVideo ? picture : []),
    ...(hasAudio ? sound : []),
    ...(hasVideo ? [...x264, '-maxrate', rate, '-bufsize', rate] : []),
    ...(hasAudio ? ['-c:a', 'aac', '-b:a', '96k', '-ac', '2'] : []),
    ...['-t', `${seconds}`, '-flush_packets', '1', '-f', 'flv', '-flvflags', 'no_duration_filesize', target],
  ];
}
