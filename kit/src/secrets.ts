/** A stream key, passphrase or token. It can be stored and passed on, but not printed by accident. */
export class Secret {
  readonly #value: string;
  constructor(value: string) {
    this.#value = value;
  }
  /** The only access to the value: search for it to find every use of secrets. */
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
/** Covers the names that CDNs use: auth_key, txSecret, wsSecret, X-Amz-Signature. */
const QUERY_SECRET = /([?&][\w.-]{0,64}(?:token|key|secret|sign|pass|streamid|auth)[\w.-]{0,64}=)[^&\s"'\\]+/gi;

/** Returns a destination's URL in a form that is safe to show: server and application stay; stream key, user info and query are hidden. */
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

/** Hides anything in the text that looks like a secret. */
export function redact(text: string): string {
  return text
    .replace(MEDIA_URL, (url) => redactUrl(url))
    .replace(USER_INFO, '$1***@')
    .replace(QUERY_SECRET, '$1***');
}
