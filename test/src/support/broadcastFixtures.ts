import { makeFixture } from './makeFixture.js';

const SECONDS = 14;
const PICTURE = ['-f', 'lavfi', '-i', `testsrc2=s=320x180:r=15:d=${SECONDS}`];
const SOUND = ['-f', 'lavfi', '-i', `sine=r=48000:d=${SECONDS}`];
const H264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '15', '-sc_threshold', '0'];
const PLAIN = [...H264, '-tune', 'zerolatency'];
const AAC = ['-c:a', 'aac', '-b:a', '64k'];
/** FLV keeps 31 bits of milliseconds in FFmpeg 5.1, MPEG-TS 33 bits of 90 kHz. */
const FLV_WRAP_S = 2 ** 31 / 1000;
const TS_WRAP_S = 2 ** 33 / 90_000;
const beforeWrap = (wrapS: number) => ['-output_ts_offset', String(wrapS - 2)];

export interface BroadcastFixture {
  title: string;
  file: string;
  /** The protocol by which it is published. */
  by: 'rtmp' | 'srt';
  make: readonly string[];
  /** Extra arguments of the broadcaster's FFmpeg, which change the stream while sending. */
  send?: readonly string[];
  /** The codec that players get; null for none. */
  video: 'h264' | 'hevc' | null;
  audio: 'aac' | null;
  sampleRateHz?: number;
  channels?: number;
  /** The longest time between two frames in the source itself, ms. */
  maxStepMs?: number;
}

const h264AndAac = { video: 'h264', audio: 'aac' } as const;
const PLAIN_BOTH = [...PICTURE, ...SOUND, ...PLAIN, ...AAC];
const VARIABLE = "select='not(mod(n\\,5))+lt(mod(n\\,60)\\,20)',setpts=PTS";

/** Streams as real broadcasters send them, besides the plain case. */
export const BROADCAST_FIXTURES: readonly BroadcastFixture[] = [
  {
    title: 'B-frames',
    file: 'bframes.flv',
    by: 'rtmp',
    ...h264AndAac,
    make: [...PICTURE, ...SOUND, ...H264, '-preset', 'veryfast', '-bf', '3', ...AAC],
  },
  {
    title: 'HEVC',
    file: 'hevc.ts',
    by: 'srt',
    video: 'hevc',
    audio: 'aac',
    make: [
      ...PICTURE,
      ...SOUND,
      '-c:v',
      'libx265',
      '-preset',
      'ultrafast',
      '-x265-params',
      'keyint=15:min-keyint=15:log-level=error',
      ...AAC,
    ],
  },
  { title: 'Opus', file: 'opus.ts', by: 'srt', ...h264AndAac, make: [...PICTURE, ...SOUND, ...PLAIN, '-c:a', 'libopus'] },
  {
    title: '44.1 kHz mono',
    file: 'mono.flv',
    by: 'rtmp',
    ...h264AndAac,
    sampleRateHz: 44_100,
    channels: 1,
    make: [...PICTURE, ...SOUND, ...PLAIN, ...AAC, '-ar', '44100', '-ac', '1'],
  },
  {
    title: 'a variable frame rate',
    file: 'vfr.flv',
    by: 'rtmp',
    ...h264AndAac,
    maxStepMs: 500,
    make: [...PICTURE, ...SOUND, '-vf', VARIABLE, '-vsync', 'vfr', ...PLAIN, ...AAC],
  },
  { title: 'no sound', file: 'silent.flv', by: 'rtmp', video: 'h264', audio: null, make: [...PICTURE, ...PLAIN] },
  { title: 'no picture', file: 'radio.flv', by: 'rtmp', video: null, audio: 'aac', make: [...SOUND, ...AAC] },
  {
    title: 'timestamps that wrap at 31 bits of milliseconds',
    file: 'plain.flv',
    by: 'rtmp',
    ...h264AndAac,
    make: PLAIN_BOTH,
    send: beforeWrap(FLV_WRAP_S),
  },
  {
    title: 'timestamps that wrap at 33 bits of 90 kHz',
    file: 'plain.flv',
    by: 'srt',
    ...h264AndAac,
    make: PLAIN_BOTH,
    send: beforeWrap(TS_WRAP_S),
  },
  {
    title: 'timestamps that leap by 100 s',
    file: 'plain.flv',
    by: 'rtmp',
    ...h264AndAac,
    make: PLAIN_BOTH,
    send: ['-bsf', 'setts=ts=if(gt(TS*TB\\,3)\\,TS+100/TB\\,TS)'],
  },
];

/** The fixture's file, encoded once per machine. */
export const broadcastFixture = (fixture: BroadcastFixture): Promise<string> =>
  makeFixture(`live-${fixture.file}`, ...fixture.make, '-f', fixture.file.endsWith('.ts') ? 'mpegts' : 'flv');
