import { DEFAULT_APP, type StreamRef } from '@lianmai/protocol';
import { readQueryParams } from '../../hub/gate/index.js';

export interface RequestedStream extends StreamRef {
  params: Record<string, string>;
}

/** What the client said in `connect`. */
export interface ConnectTarget {
  app: string;
  tcUrl: string;
}

const PREFIX = /^(?:flv|mp4|mp3):/i;
const MAX_TEXT = 4096;

/**
 * Where a client wants to publish or play. People put the name and the parameters where their encoder lets them: `live` + `cam?key=x`, `live?key=x` + `cam`,
 * `live/cam` + `?key=x`, or all into the tcUrl. What stands nearest to the name counts. A `vhost` is a parameter like others: there is one host here.
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
