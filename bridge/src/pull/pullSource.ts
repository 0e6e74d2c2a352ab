import path from 'node:path';
import { redactUrl } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';

/** The input that FFmpeg opens. */
export interface PullInput {
  url: string;
  /** Input options, as FFmpeg names them. */
  options: Readonly<Record<string, string>>;
  /** The only protocols that the source, and what it refers to, may use. */
  protocols: readonly string[];
  isFile: boolean;
}

const SCHEMES = ['rtmp', 'rtmps', 'http', 'https', 'rtsp', 'rtsps', 'srt', 'file'] as const;
export type SourceScheme = (typeof SCHEMES)[number];

/** A source's URL, as given and parsed. */
export interface PullSource {
  scheme: SourceScheme;
  text: string;
  url: URL;
}

/** A file plays in real time, over and over; everything else sets its own pace. */
export const pacingOf = ({ isFile }: PullInput): string[] => (isFile ? ['-re', '-stream_loop', '-1'] : []);

/** Throws BAD_REQUEST for anything but a URL of a known kind; the text never contains the URL's secrets. */
export function parseSource(text: string): PullSource {
  const url = URL.canParse(text) ? new URL(text) : null;
  const scheme = SCHEMES.find((known) => url?.protocol === `${known}:`);
  // FFmpeg's protocols read options behind a space, another host among them.
  const isClean = !(scheme === 'file' ? /[\r\n\0]/ : /[\s\p{Cc}]/u).test(text);
  if (url && scheme && isClean && (scheme === 'file' || url.hostname !== '')) return { scheme, text, url };
  throw new LianmaiError('BAD_REQUEST', undefined, {
    message: `source: expected a URL that starts with ${SCHEMES.map((known) => `${known}://`).join(', ')}, without spaces`,
  });
}

/** The source in a form that people may see. */
export function describeSource(text: string): string {
  try {
    const { scheme, url } = parseSource(text);
    return scheme === 'file' ? `file:${path.basename(decodeURIComponent(url.pathname))}` : redactUrl(text);
  } catch {
    return '***';
  }
}

/** The same URL at another place (`rtsp`, `127.0.0.1:5000`): user name, password, path and query stay as they are written. */
export function movedTo(text: string, scheme: SourceScheme, place: string): string {
  const [, authority = '', rest = ''] = /^[a-z]+:\/\/([^/?#]*)(.*)$/is.exec(text) ?? [];
  return `${scheme}://${authority.slice(0, authority.lastIndexOf('@') + 1)}${place}${rest}`;
}
