import { DEFAULT_APP, type StreamRef } from '@lianmai/protocol';
import { readQueryParams } from '../../hub/gate/index.js';

export interface RequestedStream extends StreamRef {
  params: Record<string, string>;
}

/** The client's `connect` arguments. */
export interface ConnectTarget {
  app: string;
  tcUrl: string;
}

const PREFIX = /^(?:flv|mp4|mp3):/i;
const MAX_TEXT = 4096;

/**
 * Returns the stream that a client wants to publish or play. Users put the name and parameters wherever their encoder allows: `live` +
 * `cam?key=x`, `live?key=x` + `cam`, `live/cam` + `?key=x`, or everything in the tcUrl. The parameters nearest to the name win. `vhost` is
 * an ordinary parameter, because there is only one host.
 */
export function requestedStream({ app, tcUrl }: ConnectTarget, playPath: string): RequestedStream {
  const [path, pathQuery] = split(playPath.replace(PREFIX, ''));
  const [appPath, appQuery] = split(app);
  const [urlPath, urlQuery] = split(tcUrl);
  const appParts = partsOf(appPath);
  const parts = [...(appParts.length > 0 ? appParts : partsOf(urlPath.replace(/^[a-z]+:\/\/[^/]*/i, ''))), ...partsOf(path)];
  const name = parts.pop() ?? '';
  const query = [pathQuery, appQuery, urlQuery].filter((each) => each !== '').join('&');
  return { app: parts.length > 0 ? parts.join('/') : DEFAULT_APP, name, params: readQueryParams(query) };
}

const partsOf = (path: string) => path.split('/').filter((part) => part !== '' && part !== '_definst_');

function split(text: string): [path: string, query: string] {
  const bounded = text.slice(0, MAX_TEXT);
  const at = bounded.indexOf('?');
  return at < 0 ? [bounded, ''] : [bounded.slice(0, at), bounded.slice(at + 1).replaceAll('?', '&')];
}
