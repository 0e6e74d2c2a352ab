import { DEFAULT_APP, type PlayUrls, type PublishUrls, type StreamRef, type WatchUrls } from '@lianmai/protocol';
import type { PlaySignature } from './playSignature.js';
import type { RegisteredStream } from './StreamRepository.js';

/** Addresses of the listeners, as the caller reaches them. */
export interface StreamEndpoints {
  /** `https://host:port` of pages, API, WHIP and WHEP. */
  site: string;
  /** `http://host:port` or a CDN, for HTTP-FLV and HLS. */
  origin: string;
  /** Host name or IP address of the RTMP and SRT listeners; IPv6 in brackets. */
  host: string;
  rtmpPort: number;
  rtmpsPort: number | null;
  srtPort: number;
}

type Params = Readonly<Record<string, string>>;

export function publishUrls({ site, host, rtmpPort, rtmpsPort, srtPort }: StreamEndpoints, stream: RegisteredStream): PublishUrls {
  const { app, name } = stream;
  const key = { key: stream.publishKey.reveal() };
  const rtmpKey = `${name}?${query(key)}`;
  return {
    rtmp: `rtmp://${host}:${rtmpPort}/${app}/${rtmpKey}`,
    rtmpServer: `rtmp://${host}:${rtmpPort}/${app}`,
    rtmpKey,
    ...(rtmpsPort !== null && { rtmps: `rtmps://${host}:${rtmpsPort}/${app}/${rtmpKey}` }),
    srt: srtUrl(`${host}:${srtPort}`, stream, 'publish', { ...key }, stream.srtPassphrase?.reveal()),
    whip: `${site}/rtc/v1/whip/?${query({ app, stream: name, ...key })}`,
  };
}

/** Builds the play URLs. If the stream requires a signature, they work only with it. */
export function playUrls(addresses: StreamEndpoints, stream: RegisteredStream, signature?: PlaySignature): PlayUrls {
  const { site, origin, host, rtmpPort, rtmpsPort, srtPort } = addresses;
  const params = { ...signature };
  const path = `/${stream.app}/${stream.name}`;
  const suffix = signature ? `?${query(params)}` : '';
  return {
    flv: `${origin}${path}.flv${suffix}`,
    wsFlv: `${origin.replace(/^http/, 'ws')}${path}.flv${suffix}`,
    hls: `${origin}${path}.m3u8${suffix}`,
    rtmp: `rtmp://${host}:${rtmpPort}${path}${suffix}`,
    ...(rtmpsPort !== null && { rtmps: `rtmps://${host}:${rtmpsPort}${path}${suffix}` }),
    srt: srtUrl(`${host}:${srtPort}`, stream, 'request', params, stream.srtPassphrase?.reveal()),
    whep: `${site}${whepPath(stream, params)}`,
  };
}

/** Builds URLs for pages. Paths are on the page's own server, which proxies them to the origin. */
export function watchUrls(originUrl: string | null, stream: StreamRef): WatchUrls {
  const base = `${originUrl ?? ''}/${stream.app}/${stream.name}`;
  return { whep: whepPath(stream), flv: `${base}.flv`, wsFlv: `${base}.flv`.replace(/^http/, 'ws'), hls: `${base}.m3u8` };
}

/** URL of the audience's page. */
export function watchPage(site: string, { app, name }: StreamRef, signature?: PlaySignature): string {
  const path = app === DEFAULT_APP ? name : `${app}/${name}`;
  return `${site}/watch/${path}${signature ? `?${query({ ...signature })}` : ''}`;
}

const query = (params: Params): string => new URLSearchParams(params).toString();

const whepPath = ({ app, name }: StreamRef, params: Params = {}): string => `/rtc/v1/whep/?${query({ app, stream: name, ...params })}`;

/**
 * FFmpeg and OBS pass the text between `=` and `&` unchanged; GStreamer decodes it and ends the URL at `#`. So nothing in it may need
 * encoding. The short form is used if possible: two parameters would need an `&`, so they take the long form with commas (for GStreamer,
 * write `%23` instead of `#`).
 */
function srtUrl(host: string, { app, name }: StreamRef, mode: 'publish' | 'request', params: Params, passphrase?: string): string {
  const fields = Object.entries(params).map(([key, value]) => `${key}=${value}`);
  const short = `${mode === 'publish' ? 'publish:' : ''}${app}/${name}${fields.length > 0 ? `?${fields.join('&')}` : ''}`;
  const streamId = fields.length < 2 ? short : `#!::${[`r=${app}/${name}`, `m=${mode}`, ...fields].join(',')}`;
  return `srt://${host}?streamid=${streamId}${passphrase === undefined ? '' : `&passphrase=${passphrase}&pbkeylen=16`}`;
}
