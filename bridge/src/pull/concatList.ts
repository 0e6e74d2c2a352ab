import type { PullInput } from './pullSource.js';

/**
 * A list of one for FFmpeg's concat demuxer, which it reads from a pipe: the URL and its password stay out of the arguments, which every user of the
 * machine can read.
 */
export const concatList = ({ url, options }: PullInput): string =>
  [
    'ffconcat version 1.0',
    `file ${quote(url)}`,
    ...Object.entries(options).map(([name, value]) => `option ${name} ${quote(value)}`),
    '',
  ].join('\n');

/** FFmpeg's own quoting: within single quotes nothing is special but the quote itself. */
const quote = (text: string) => `'${text.replaceAll("'", `'\\''`)}'`;
