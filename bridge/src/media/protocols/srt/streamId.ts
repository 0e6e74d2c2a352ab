import { AppName, DEFAULT_APP, StreamName, type StreamRef } from '@lianmai/protocol';

/** A caller's request, as read from its stream id. */
export interface StreamIdRequest extends StreamRef {
  action: 'publish' | 'play';
  params: Record<string, string>;
}

const ACTIONS = new Map<string, StreamIdRequest['action']>([
  ['publish', 'publish'],
  ['request', 'play'],
  ['play', 'play'],
  ['read', 'play'],
]);
const MAX_PARAMS = 32;
const MAX_NAME = 64;
const MAX_VALUE = 256;
/** Keys of the access control guide without a meaning here: host, user, session, type. */
const TOLERATED = new Set(['h', 'u', 's', 't']);

/**
 * `#!::r=app/name,m=publish,key=value` (libsrt's access control guide), `publish/app/name?key=value`, `publish:app/name`, `app/name?m=publish&key=value`.
 * Without a mode it is a play request, without an app the default one. Returns null for anything that cannot be a stream's name.
 */
export function parseStreamId(text: string): StreamIdRequest | null {
  if (/\p{Cc}/u.test(text) || text.includes('..')) return null;
  return text.startsWith('#!::') ? parseStandard(text.slice(4)) : parseShort(text);
}

function parseStandard(text: string): StreamIdRequest | null {
  const fields = new Map<string, string>();
  for (const part of text.split(',')) {
    const at = part.indexOf('=');
    if (at < 1 || fields.has(part.slice(0, at))) return null;
    fields.set(part.slice(0, at), part.slice(at + 1));
  }
  const resource = fields.get('r');
  const mode = fields.get('m') ?? 'request';
  fields.delete('r');
  fields.delete('m');
  for (const name of TOLERATED) fields.delete(name);
  return resource === undefined ? null : makeRequest(resource, mode, fields);
}

function parseShort(text: string): StreamIdRequest | null {
  const [path = '', query = ''] = text.split(/\?(.*)/s);
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(query)) if (!fields.has(name)) fields.set(name, value);
  const prefix = /^(publish|read|request|play)[:/](?=.)/.exec(path);
  const hasPrefix = prefix !== null && (prefix[0].endsWith(':') || path.split('/').length === 3);
  const mode = hasPrefix ? prefix[1] : fields.get('m');
  fields.delete('m');
  return makeRequest(hasPrefix ? path.slice(prefix[0].length) : path, mode ?? 'request', fields);
}

function makeRequest(resource: string, mode: string, fields: ReadonlyMap<string, string>): StreamIdRequest | null {
  const parts = resource.replace(/^\//, '').split('/');
  const [app, name] = parts.length === 1 ? [DEFAULT_APP, parts[0]] : parts;
  const action = ACTIONS.get(mode);
  if (parts.length > 2 || !action || !AppName.safeParse(app).success || !StreamName.safeParse(name).success) return null;
  if (fields.size > MAX_PARAMS) return null;
  for (const [key, value] of fields) if (key.length > MAX_NAME || value.length > MAX_VALUE) return null;
  return { action, app: AppName.parse(app), name: StreamName.parse(name), params: Object.fromEntries(fields) };
}
