import type { Conversion } from '@lianmai/protocol';
import { isTsCodec, type MediaCodec } from '../../media/formats/index.js';
import type { Accepts } from './accepts.js';
import type { AudioTraits, Traits } from './Inspector.js';

type Lane = Conversion['video'];

/** What is to be done for one kind of reader. */
export interface Plan {
  video: Lane;
  audio: Lane;
  audioTo: 'aac' | 'opus';
  /** For people; null when everything is copied. */
  why: string | null;
  /** There is no way to give it to this reader: `why` tells. */
  isImpossible: boolean;
  /** Equal for plans that come to the same. */
  key: string;
}

const NAMES: Readonly<Record<MediaCodec | 'unknown', string>> = {
  ...{ h264: 'H.264', hevc: 'HEVC', av1: 'AV1', vp9: 'VP9', aac: 'AAC', opus: 'Opus', mp3: 'MP3' },
  unknown: 'of an unknown kind',
};

interface Decision {
  lane: Lane;
  why: string | null;
  isImpossible?: boolean;
}

export function planFor(traits: Traits, accepts: Accepts): Plan {
  const { audio } = traits;
  const picture = decideVideo(traits, accepts);
  const sound = decideAudio(audio, accepts);
  const audioTo = accepts.audio.includes('opus') && accepts.audio[0] === 'opus' ? 'opus' : 'aac';
  const why = [picture.why, sound.why].filter((words) => words !== null).join('; ') || null;
  const key = `${picture.lane} ${sound.lane}${sound.lane === 'transcoded' ? ` ${audioTo}` : ''}`;
  return { video: picture.lane, audio: sound.lane, audioTo, why, isImpossible: picture.isImpossible === true, key };
}

export const isCopy = (plan: Plan) => plan.video !== 'transcoded' && plan.audio !== 'transcoded' && !plan.isImpossible;

function decideVideo({ video, expectsBFrames }: Traits, { video: codecs, bFrames, label }: Accepts): Decision {
  if (!video) return { lane: 'none', why: null };
  const name = NAMES[video.codec];
  const isTaken = codecs.some((codec) => codec === video.codec);
  if (isTaken && (bFrames || !(video.hasBFrames ?? expectsBFrames))) return { lane: 'copied', why: null };
  if (isTaken) return { lane: 'transcoded', why: `picture has B-frames, which ${label} cannot show` };
  const why = `picture is ${name}; ${label} needs ${NAMES[codecs[0] ?? 'h264']}`;
  if (isTsCodec(video.codec)) return { lane: 'transcoded', why };
  return { lane: 'none', why: `${why}, and ${name} is not transcoded here`, isImpossible: true };
}

function decideAudio(audio: AudioTraits | null, { audio: codecs, label }: Accepts): Decision {
  if (!audio) return { lane: 'none', why: null };
  if (codecs.some((codec) => codec === audio.codec)) return { lane: 'copied', why: null };
  const why = `sound is ${NAMES[audio.codec]}; ${label} needs ${NAMES[codecs[0] ?? 'aac']}`;
  return isTsCodec(audio.codec) ? { lane: 'transcoded', why } : { lane: 'none', why };
}
