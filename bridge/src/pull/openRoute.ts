import { realpath } from 'node:fs/promises';
import path from 'node:path';
import { LianmaiError } from '@lianmai/protocol';
import type { AddressGuard } from '../runtime/outbound/index.js';
import { GuardedProxy } from './GuardedProxy.js';
import { PullRoute } from './PullRoute.js';
import { movedTo, parseSource, type PullInput, type PullSource, type SourceScheme } from './pullSource.js';
import { Relay, type RelayOptions } from './Relay.js';
import { RtspAnswers } from './RtspAnswers.js';

export interface RouteContext {
  guard: AddressGuard;
  /** Holds the folder with the files that may be pulled. */
  dataDir: string;
}

type BuildInput = (source: PullSource, context: RouteContext, route: PullRoute) => Promise<PullInput>;

/** In the data folder. `file:` URLs are relative to this folder and never leave it. */
const MEDIA_DIR = 'media';
/** Network reads fail after this long without an answer, µs. */
const IO_TIMEOUT_US = '15000000';
/** FFmpeg takes the SRT latency in µs. */
const SRT_LATENCY_US = '200000';
const MAX_REDIRECTS = 5;
const DEFAULT_PORTS: Partial<Record<SourceScheme, number>> = { rtmp: 1935, rtmps: 443, rtsp: 554, rtsps: 322 };

/** Every kind of source, and how FFmpeg gets to it. FFmpeg itself connects to loopback, or, for SRT, which has no redirects, to the checked address. */
export const ROUTES: Readonly<Record<SourceScheme, BuildInput>> = {
  rtmp: throughRelay,
  rtmps: throughRelay,
  http: throughProxy,
  https: throughProxy,
  rtsp: throughRtspRelay,
  rtsps: throughRtspRelay,
  srt: toCheckedAddress,
  file: fromMediaFolder,
};

/** Checks the source's address before FFmpeg starts. Throws BAD_REQUEST, NOT_FOUND for files, and what the guard throws. */
export function openRoute(text: string, context: RouteContext): Promise<PullRoute> {
  return PullRoute.open((route) => {
    const source = parseSource(text);
    return ROUTES[source.scheme](source, context, route);
  });
}

async function throughRelay(source: PullSource, { guard }: RouteContext, route: PullRoute): Promise<PullInput> {
  const relay = route.own(await Relay.open({ ...(await endOf(source, guard)), onFailure: route.fail }));
  const { host, pathname } = source.url;
  const app = pathname.split('/').slice(1, -1).join('/');
  const options = { rtmp_live: 'live', rw_timeout: IO_TIMEOUT_US, rtmp_tcurl: `${source.scheme}://${host}/${app}` };
  return { url: movedTo(source.text, 'rtmp', relay.place), options, protocols: ['rtmp', 'tcp'], isFile: false };
}

async function throughRtspRelay(source: PullSource, { guard }: RouteContext, route: PullRoute): Promise<PullInput> {
  let redirects = 0;
  const open = async (target: PullSource): Promise<string> => {
    const filterAnswers = () => new RtspAnswers({ redirect });
    const relay = route.own(await Relay.open({ ...(await endOf(target, guard)), filterAnswers, onFailure: route.fail }));
    return movedTo(target.text, 'rtsp', relay.place);
  };
  const redirect = (location: string): Promise<string> => {
    if (++redirects > MAX_REDIRECTS) throw refused('The source redirects too often.');
    if (!/^rtsps?:\/\//i.test(location)) throw refused('The source redirects to something other than an RTSP address.');
    return open(parseSource(location));
  };
  const options = { rtsp_transport: 'tcp', timeout: IO_TIMEOUT_US };
  return { url: await open(source), options, protocols: ['tcp'], isFile: false };
}

async function throughProxy({ text, url }: PullSource, { guard }: RouteContext, route: PullRoute): Promise<PullInput> {
  await guard.check(url.hostname);
  const proxy = route.own(await GuardedProxy.open(guard, route.fail));
  return {
    url: text,
    options: { http_proxy: proxy.url, rw_timeout: IO_TIMEOUT_US },
    protocols: ['http', 'https', 'httpproxy', 'tls', 'tcp', 'crypto'],
    isFile: false,
  };
}

async function toCheckedAddress({ text, url }: PullSource, { guard }: RouteContext): Promise<PullInput> {
  const { address } = await guard.check(url.hostname);
  const place = `${address.includes(':') ? `[${address}]` : address}${url.port === '' ? '' : `:${url.port}`}`;
  const options = { latency: SRT_LATENCY_US, timeout: IO_TIMEOUT_US, mode: 'caller' };
  return { url: movedTo(text, 'srt', place), options, protocols: ['srt'], isFile: false };
}

async function fromMediaFolder({ url: { host, pathname } }: PullSource, { dataDir }: RouteContext): Promise<PullInput> {
  const mediaDir = path.join(dataDir, MEDIA_DIR);
  const root = await realpath(mediaDir).catch(() => null);
  const wanted = path.resolve(mediaDir, `.${path.sep}${decodeURIComponent(`${host}${pathname}`)}`);
  const found = await realpath(wanted).catch(() => null);
  if (root && found?.startsWith(root + path.sep)) return { url: `file:${found}`, options: {}, protocols: ['file'], isFile: true };
  throw new LianmaiError('NOT_FOUND', undefined, { message: 'source: the media folder (in the data folder) has no such file.' });
}

/** The far end of a relay. */
async function endOf({ scheme, url }: PullSource, guard: AddressGuard): Promise<Pick<RelayOptions, 'host' | 'port' | 'isTls'>> {
  const port = url.port === '' ? (DEFAULT_PORTS[scheme] ?? 0) : Number(url.port);
  return { host: await guard.check(url.hostname), port, isTls: scheme === 'rtmps' || scheme === 'rtsps' };
}

const refused = (message: string) => new LianmaiError('DESTINATION_REFUSED', undefined, { message });
