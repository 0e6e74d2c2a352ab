import type { ServerConfig } from './settingsWithDefaults.js';

export const isEveryAddress = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** A listening address as this machine itself connects to it, ready for a URL. */
export function connectableHost(host: string): string {
  if (isEveryAddress(host)) return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** A bridge of our own is on this machine, whatever players are told. */
export function originUrlOf(config: ServerConfig, origin: { url: string | null; port: number }): string {
  if (config.bridge.mode === 'external' && origin.url !== null) return origin.url.replace(/\/$/, '');
  return `http://${connectableHost(config.http.host)}:${origin.port}`;
}
