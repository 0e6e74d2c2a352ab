import type { PullInput } from './pullSource.js';

/**
 * A list with one entry for FFmpeg's concat demuxer, read from a pipe. This keeps the URL and its password out of the arguments, which every user of the
 * machine can read.
 */
export const concatList = ({ url, options }: PullInput): string =>
  [
    'ffconcat version 1.0',
    `file ${quote(url)}`,
    ...Object.entries(options).map(([name, value]) => `option ${name} ${quote(value)}`),
    '',
  ].join('\n');

/** FFmpeg's quoting: inside single quotes only the quote itself is special. */
const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
