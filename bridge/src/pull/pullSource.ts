import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { redactUrl } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { resolvePublic } from './resolvePublic.js';

/** What FFmpeg is told to open. */
export interface PullInput {
  url: string;
  /** Options of the input, as FFmpeg names them. */
  options: Readonly<Record<string, string>>;
  /** The only protocols that it and what it refers to may use. */
  protocols: readonly string[];
  /** FFmpeg follows where the source leads it without asking us: refused, where not every host may be fetched. */
  followsRedirects: boolean;
  /** A file plays at its own speed, again and again. */
  isFile: boolean;
}

export interface PullInputContext {
  allowPrivate: boolean;
  /** `file:` URLs are relative to it and never leave it. */
  mediaDir: string;
  /** Forward proxy for everything over HTTP. */
  proxyUrl: string;
}

const SCHEMES = ['rtmp', 'rtmps', 'http', 'https', 'rtsp', 'rtsps', 'srt', 'file'] as const;
type Scheme = (typeof SCHEMES)[number];
/** Network reads without an answer for this long have failed, µs. */
const IO_TIMEOUT_US = '15000000';
/** FFmpeg takes the latency of SRT in µs. */
const SRT_LATENCY_US = '200000';

/** Throws BAD_REQUEST for what is no URL of a known kind; never with the URL's secrets in its text. */
export function parseSource(text: string): URL & { scheme: Scheme } {
  const url = URL.canParse(text) ? new URL(text) : null;
  const scheme = SCHEMES.find((known) => url?.protocol === `${known}:`);
  if (url && scheme && (scheme === 'file' || url.hostname !== '') && !/[\r\n\0]/.test(text)) return Object.assign(url, { scheme });
  throw new LianmaiError('BAD_REQUEST', undefined, {
    message: `source: expected a URL that starts with ${SCHEMES.map((known) => `${known}://`).join(', ')}`,
  });
}

/** The source as people may see it. */
export function describeSource(text: string): string {
  try {
    const { scheme, pathname } = parseSource(text);
    return scheme === 'file' ? `file:${path.basename(decodeURIComponent(pathname))}` : redactUrl(text);
  } catch {
    return '***';
  }
}

/** Looks the host up, now: what FFmpeg is given names an address that was looked at. */
export async function prepareInput(text: string, ground: PullInputContext): Promise<PullInput> {
  const url = parseSource(text);
  switch (url.scheme) {
    case 'file':
      return { url: `file:${await fileIn(ground.mediaDir, url)}`, options: {}, protocols: ['file'], followsRedirects: false, isFile: true };
    case 'http':
    case 'https':
      await resolvePublic(url.hostname, ground.allowPrivate);
      return {
        url: text,
        options: { http_proxy: ground.proxyUrl, rw_timeout: IO_TIMEOUT_US },
        protocols: ['http', 'https', 'httpproxy', 'tls', 'tcp', 'crypto'],
        // Through the proxy, which looks at every host.
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
  throw new LianmaiError('NOT_FOUND', undefined, { message: 'source: there is no such file in the media folder of the data folder.' });
}
