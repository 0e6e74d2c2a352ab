import { redactUrl, Secret } from '@lianmai/kit';
import type { OutputDescription } from '../outputContract.js';

export const RTMP_SCHEMES = ['rtmp', 'rtmps'] as const;
const DEFAULT_PORT = { rtmp: 1935, rtmps: 443 } as const;

/** Where a stream is pushed, split as OBS does it: server (up to the application) and stream key (everything after it). */
export interface RtmpTarget {
  scheme: (typeof RTMP_SCHEMES)[number];
  host: string;
  port: number;
  app: string;
  /** The server's URL without the key, as sent in `connect`. */
  tcUrl: string;
  /** The name with its parameters, exactly as given. */
  streamKey: Secret;
  hasUserInfo: boolean;
}

const URL_PATTERN = /^(rtmps?):\/\/([^/?#@]*@)?(\[[0-9a-f:.]+\]|[^/?#@:[\]]+)(?::(\d{1,5}))?\/([^\s#]+)$/i;

/** Returns null for anything but an RTMP URL with an application and a key. The key is not decoded, because destinations compare it as given. */
export function parseRtmpUrl(url: string): RtmpTarget | null {
  const match = URL_PATTERN.exec(url.trim());
  if (!match) return null;
  const [, schemeText = '', userInfo, hostText = '', portText, path = ''] = match;
  const scheme = schemeText.toLowerCase() === 'rtmps' ? 'rtmps' : 'rtmp';
  const port = portText === undefined ? DEFAULT_PORT[scheme] : Number(portText);
  const split = splitPath(path);
  if (!split || port < 1 || port > 65_535) return null;
  const tcUrl = `${scheme}://${hostText}${portText === undefined ? '' : `:${port}`}/${split.app}`;
  const host = hostText.replace(/^\[|\]$/g, '');
  return { scheme, host, port, app: split.app, tcUrl, streamKey: new Secret(split.key), hasUserInfo: userInfo !== undefined };
}

/**
 * `app[/instance]/key?params`: the last part before the query is the key. In `app?vhost=x/key`, where only one part precedes the query, the key follows the
 * last slash.
 */
function splitPath(path: string): { app: string; key: string } | null {
  const queryAt = path.indexOf('?');
  const plain = queryAt < 0 ? path : path.slice(0, queryAt);
  const slashAt = plain.includes('/') ? plain.lastIndexOf('/') : path.lastIndexOf('/');
  const app = path.slice(0, Math.max(0, slashAt));
  const key = path.slice(slashAt + 1);
  return slashAt > 0 && key !== '' && !key.startsWith('?') ? { app, key } : null;
}

export function describeTarget({ scheme, host, port, app, streamKey }: RtmpTarget): OutputDescription {
  const [, appQuery = ''] = app.split(/\?(.*)/s);
  const parts = [streamKey.reveal(), ...streamKey.reveal().split(/\?(.*)/s), appQuery].filter((part) => part !== '');
  const authority = `${host.includes(':') ? `[${host}]` : host}${port === DEFAULT_PORT[scheme] ? '' : `:${port}`}`;
  return { redactedUrl: redactUrl(`${scheme}://${authority}/${app}/key`), secrets: parts.map((part) => new Secret(part)) };
}
