import type { RecordFormat } from '@lianmai/protocol';
import type { Ffmpeg } from '../../media/ffmpeg/index.js';
import type { RecordingFormat } from '../recordingContract.js';
import type { OpenFile } from '../DiskFile.js';
import { flvFormat } from './flvFormat.js';
import { hlsFormat } from './hlsFormat.js';
import { mp4Format } from './mp4Format.js';

/** To add a format: a file beside these, and a line here. */
export const recordingFormats = (ffmpeg: Ffmpeg, openFile?: OpenFile): Record<RecordFormat, RecordingFormat> => ({
  flv: flvFormat(openFile),
  mp4: mp4Format(ffmpeg, openFile),
  hls: hlsFormat(openFile),
});
