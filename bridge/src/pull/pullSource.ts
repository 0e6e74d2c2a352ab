import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { redactUrl } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { resolvePublic } from './resolvePublic.js';

/** The input that FFmpeg opens. */
export interface PullInput {
  url: string;
  /** Input options, as FFmpeg names them. */
  options: Readonly<Record<string, string>>;
  /** The only protocols that the source, and what it refers to, may use. */
  protocols: readonly string[];
  /** FFmpeg may follow redirects without asking us: not allowed unless every host may be pulled. */
  followsRedirects: boolean;
  isFile: boolean;
}

export interface PullInputContext {
  allowPrivate: boolean;
  /** Holds the folder with the files that may be pulled. */
  dataDir: string;
  /** Forward proxy for everything over HTTP. */
  proxyUrl: string;
}

const SCHEMES = ['rtmp', 'rtmps', 'http', 'https', 'rtsp', 'rtsps', 'srt', 'file'] as const;
type Scheme = (typeof SCHEMES)[number];
/** In the data folder. `file:` URLs are relative to this folder and never leave it. */
const MEDIA_DIR = 'media';
/** Network reads fail after this long without an answer, µs. */
const IO_TIMEOUT_US = '15000000';
/** FFmpeg takes the SRT latency in µs. */
const SRT_LATENCY_US = '200000';

/** A file plays in real time, over and over; everything else sets its own pace. */
export const pacingOf = ({ isFile }: PullInput): string[] => (isFile ? ['-re', '-stream_loop', '-1'] : []);

/** Throws BAD_REQUEST for anything but a URL of a known kind; the text never contains the URL's secrets. */
export function parseSource(text: string): URL & { scheme: Scheme } {
  const url = URL.canParse(text) ? new URL(text) : null;
  const scheme = SCHEMES.find((known) => url?.protocol === `${known}:`);
  if (url && scheme && (scheme === 'file' || url.hostname !== '') && !/[\r\n\0]/.test(text)) return Object.assign(url, { scheme });
  throw new LianmaiError('BAD_REQUEST', undefined, {
    message: `source: expected a URL that starts with ${SCHEMES.map((known) => `${known}://`).join(', ')}`,
  });
}

/** The source in a form that people may see. */
export function describeSource(text: string): string {
  try {
    const { scheme, pathname } = parseSource(text);
    return scheme === 'file' ? `file:${path.basename(decodeURIComponent(pathname))}` : redactUrl(text);
  } catch {
    return '***';
  }
}

/** Resolves the host now, so that FFmpeg gets an address that has been checked. */
export async function prepareInput(text: string, ground: PullInputContext): Promise<PullInput> {
  const url = parseSource(text);
  switch (url.scheme) {
    case 'file':
      return {
        url: `file:${await fileIn(path.join(ground.dataDir, MEDIA_DIR), url)}`,
        options: {},
        protocols: ['file'],
        followsRedirects: false,
        isFile: true,
      };
    case 'http':
    case 'https':
      await resolvePublic(url.hostname, ground.allowPrivate);
      return {
        url: text,
        options: { http_proxy: ground.proxyUrl, rw_timeout: IO_TIMEOUT_US },
        protocols: ['http', 'https', 'httpproxy', 'tls', 'tcp', 'crypto'],
        // The proxy checks every host.
        followsRedirects: true,
        isFile: false,
      };
    default:
      return { ...atAddress(text, url, await resolvePublic(url.hostname, ground.allowPrivate)), followsRedirects: ground.allowPrivate };
  }
}

function atAddress(text: string, url: URL & { scheme: Scheme }, address: string): Omit<PullInput, 'followsRedirects'> {
  const host = address.includes(':') ? `[${address}]` : address;
  const pinned = text.replace(/^([a-z]+:\/\/(?:[^/@?#]*@)?)(?:\[[^\]]*\]|[^/:?#]*)/i, `$1${host}`);
  const common = { url: pinned, isFile: false };
  switch (url.scheme) {
    case 'rtsp':
    case 'rtsps':
      return {
        ...common,
        options: { rtsp_transport: 'tcp', timeout: IO_TIMEOUT_US },
        protocols: ['rtsp', 'rtsps', 'rtp', 'tcp', 'tls', 'udp'],
      };
    case 'srt':
      return { ...common, options: { latency: SRT_LATENCY_US, timeout: IO_TIMEOUT_US, mode: 'caller' }, protocols: ['srt'] };
    default: {
      const app = url.pathname.split('/').slice(1, -1).join('/');
      const options = { rtmp_live: 'live', rw_timeout: IO_TIMEOUT_US, rtmp_tcurl: `${url.protocol}//${url.host}/${app}` };
      return { ...common, options, protocols: ['rtmp', 'rtmps', 'tcp', 'tls'] };
    }
  }
}

async function fileIn(mediaDir: string, { host, pathname }: URL): Promise<string> {
  const root = await realpath(mediaDir).catch(() => null);
  const wanted = path.resolve(mediaDir, `.${path.sep}${decodeURIComponent(`${host}${pathname}`)}`);
  const found = await realpath(wanted).catch(() => null);
  if (root && found?.startsWith(root + path.sep)) return found;
  throw new LianmaiError('NOT_FOUND', undefined, { message: 'source: the media folder (in the data folder) has no such file.' });
}
