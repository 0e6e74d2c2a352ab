/**
 * Secrets that must never be seen: stream keys, passphrases, tokens. A Secret can be held and passed on; it cannot be printed by accident.
 */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  /** The only way to the value: search for it to see who uses secrets. */
  reveal(): string {
    return this.#value;
  }
  toString(): string {
    return '***';
  }
  toJSON(): string {
    return '***';
  }
  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return 'Secret(***)';
  }
}

const MEDIA_URL = /\b((?:rtmps?|rtmpe|srt|rtsps?|whips?):\/\/)([^\s"'\\<>|]+)/gi;
const USER_INFO = /\b(https?:\/\/)[^\s/@"']+@/gi;
/** Whatever a CDN calls it: auth_key, txSecret, wsSecret, X-Amz-Signature. */
const QUERY_SECRET = /([?&][\w.-]{0,64}(?:token|key|secret|sign|pass|streamid|auth)[\w.-]{0,64}=)[^&\s"'\\]+/gi;

/** The URL of a destination as people may see it: server and application stay, stream key, user info and query go. */
export function redactUrl(url: string): string {
  const match = /^([a-z][a-z0-9+.-]*:\/\/)(?:[^/@?#]*@)?([^/?#]+)([^?#]*)(\?[^#]*)?/i.exec(url);
  if (!match) return '***';
  const [, scheme = '', host = '', path = '', query] = match;
  const parts = path.split('/').filter(Boolean);
  const shown = parts
    .slice(0, -1)
    .map((part) => `/${part}`)
    .join('');
  const hidden = parts.length > 0 ? '/***' : '';
  return `${scheme}${host}${shown}${hidden}${query && parts.length === 0 ? '?***' : ''}`;
}

/** Removes what looks like a secret from any text. */
export function redact(text: string): string {
  return text
    .replace(MEDIA_URL, (url) => redactUrl(url))
    .replace(USER_INFO, '$1***@')
    .replace(QUERY_SECRET, '$1***');
}
