import type { AudioInfo, Conversion } from '@lianmai/protocol';
import { isTsCodec, type MediaCodec } from '../../media/formats/index.js';
import type { AcceptedCodecs } from './acceptedCodecs.js';
import type { MediaInfo } from './StreamProbe.js';

type TrackHandling = Conversion['video'];

/** How a source is converted for one kind of reader. */
export interface ConversionPlan {
  video: TrackHandling;
  audio: TrackHandling;
  audioTo: 'aac' | 'opus';
  /** Reason shown to users; null when everything is copied. */
  why: string | null;
  /** The source cannot be converted for this reader; `why` gives the reason. */
  isImpossible: boolean;
  /** Equal for plans with the same result. */
  key: string;
}

const CODEC_NAMES: Readonly<Record<MediaCodec | 'unknown', string>> = {
  h264: 'H.264',
  hevc: 'HEVC',
  av1: 'AV1',
  vp9: 'VP9',
  aac: 'AAC',
  opus: 'Opus',
  mp3: 'MP3',
  unknown: 'an unknown codec',
};

interface Decision {
  handling: TrackHandling;
  why: string | null;
  isImpossible?: boolean;
}

export function planFor(info: MediaInfo, accepts: AcceptedCodecs): ConversionPlan {
  const { audio } = info;
  const videoDecision = decideVideo(info, accepts);
  const audioDecision = decideAudio(audio, accepts);
  const audioTo = accepts.audio.includes('opus') && accepts.audio[0] === 'opus' ? 'opus' : 'aac';
  const why = [videoDecision.why, audioDecision.why].filter((reason) => reason !== null).join('; ') || null;
  const key = `${videoDecision.handling} ${audioDecision.handling}${audioDecision.handling === 'transcoded' ? ` ${audioTo}` : ''}`;
  return {
    video: videoDecision.handling,
    audio: audioDecision.handling,
    audioTo,
    why,
    isImpossible: videoDecision.isImpossible === true,
    key,
  };
}

export const isCopy = (plan: ConversionPlan) => plan.video !== 'transcoded' && plan.audio !== 'transcoded' && !plan.isImpossible;

function decideVideo({ video, expectsBFrames }: MediaInfo, { video: codecs, bFrames, label }: AcceptedCodecs): Decision {
  if (!video) return { handling: 'none', why: null };
  const name = CODEC_NAMES[video.codec];
  const isTaken = codecs.some((codec) => codec === video.codec);
  if (isTaken && (bFrames || !(video.hasBFrames ?? expectsBFrames))) return { handling: 'copied', why: null };
  if (isTaken) return { handling: 'transcoded', why: `video has B-frames, which ${label} cannot show` };
  const why = `video is ${name}; ${label} needs ${CODEC_NAMES[codecs[0] ?? 'h264']}`;
  if (isTsCodec(video.codec)) return { handling: 'transcoded', why };
  return { handling: 'none', why: `${why}, and ${name} cannot be transcoded`, isImpossible: true };
}

function decideAudio(audio: AudioInfo | null, { audio: codecs, label }: AcceptedCodecs): Decision {
  if (!audio) return { handling: 'none', why: null };
  if (codecs.some((codec) => codec === audio.codec)) return { handling: 'copied', why: null };
  const why = `audio is ${CODEC_NAMES[audio.codec]}; ${label} needs ${CODEC_NAMES[codecs[0] ?? 'aac']}`;
  return isTsCodec(audio.codec) ? { handling: 'transcoded', why } : { handling: 'none', why };
}
