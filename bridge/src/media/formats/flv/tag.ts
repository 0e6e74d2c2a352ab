import { flvBodyHead, writeBodyHead, type FlvBodyInput } from './body.js';

/** A tag of FLV 10.1 annex E.4: encoders write it to their pipe, RTMP messages carry it, HTTP-FLV players read it. */
export interface FlvTag {
  kind: 'video' | 'audio' | 'data';
  /** Decoding time, ms. */
  dtsMs: number;
  /** Body of the tag (E.4.3): shared between readers, never modified. */
  body: Buffer;
  isKeyFrame: boolean;
  /** Sequence header: AVCDecoderConfigurationRecord, AudioSpecificConfig and the like. */
  isConfig: boolean;
}

/** Tag type in FLV, which is also the message type in RTMP. */
export const FLV_TYPE: Record<FlvTag['kind'], number> = { audio: 8, video: 9, data: 18 };

/** Reads from the body whether the tag is a key frame or a configuration. */
export function makeTag(kind: FlvTag['kind'], dtsMs: number, body: Buffer): FlvTag {
  const head = flvBodyHead({ kind, body });
  return { kind, dtsMs, body, isKeyFrame: head?.isKeyFrame ?? false, isConfig: head?.content === 'config' };
}

/** H.264, AAC and MP3 get the legacy header that everyone can read; other codecs get that of enhanced RTMP. */
export function makeMediaTag({ dtsMs, ...input }: FlvBodyInput & { dtsMs: number }): FlvTag {
  const { kind, head } = writeBodyHead(input);
  return makeTag(kind, dtsMs, Buffer.concat([head, input.data]));
}

/** "End of sequence" ends a file but not a live stream: encoders write it when they exit, and another encoder may continue. */
export const isSequenceEnd = (tag: FlvTag): boolean => tag.body.length === 0 || flvBodyHead(tag)?.content === 'sequenceEnd';

/** AMF0 string "onMetaData" at the start. Other data (cue points, captions) is passed on but not kept. */
const ON_META_DATA = Buffer.from([2, 0, 10, ...Buffer.from('onMetaData')]);

/** Metadata describes the stream as a whole. Players mistake it for a subtitle unless its time is 0. */
export const isMetadata = ({ kind, body }: Pick<FlvTag, 'kind' | 'body'>): boolean =>
  kind === 'data' && body.subarray(0, ON_META_DATA.length).equals(ON_META_DATA);
