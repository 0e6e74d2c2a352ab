import { isIPv6 } from 'node:net';
import { redactUrl, Secret } from '@lianmai/kit';
import {
  isKeyBytes,
  MAX_PASSPHRASE_BYTES,
  MAX_STREAM_ID_BYTES,
  MIN_PASSPHRASE_BYTES,
  type KeyBytes,
} from '../../media/protocols/srt/index.js';
import type { OutputDescription } from '../outputContract.js';

/** Where a stream is sent, as `srt://host:port?streamid=…&passphrase=…` says. */
export interface SrtTarget {
  host: string;
  port: number;
  streamId: Secret;
  /** null: unencrypted. */
  passphrase: Secret | null;
  keyBytes: KeyBytes;
  latencyMs: number;
}

const DEFAULT_LATENCY_MS = 200;
const MAX_LATENCY_MS = 8000;
const URL_PATTERN = /^srt:\/\/(\[[0-9a-f:.]+\]|[^/?#@:[\]]+):(\d{1,5})\/?(?:\?(.*))?$/i;
const NAMES = new Set(['streamid', 'passphrase', 'latency', 'pbkeylen', 'mode', 'transtype']);

/** Returns the target, or a text that says what is wrong without quoting any value. A stream id may stand there unencoded, `#` included. */
export function parseSrtUrl(url: string): SrtTarget | string {
  const [, hostText, portText, query = ''] = URL_PATTERN.exec(url.trim()) ?? [];
  const port = Number(portText);
  if (hostText === undefined || port < 1 || port > 65_535) return 'expected srt://host:port?streamid=…';
  const fields = readQuery(query);
  if (typeof fields === 'string') return fields;
  if ((fields.get('mode') ?? 'caller') !== 'caller') return 'mode: only "caller" is supported: we call the destination';
  if ((fields.get('transtype') ?? 'live') !== 'live') return 'transtype: only "live" is supported';
  const latencyMs = Number(fields.get('latency') ?? DEFAULT_LATENCY_MS);
  if (!Number.isInteger(latencyMs) || latencyMs < 20 || latencyMs > MAX_LATENCY_MS)
    return `latency: expected 20 to ${MAX_LATENCY_MS} milliseconds`;
  const streamId = fields.get('streamid') ?? '';
  if (Buffer.byteLength(streamId) > MAX_STREAM_ID_BYTES) return `streamid: expected at most ${MAX_STREAM_ID_BYTES} bytes`;
  const keys = readKeys(fields);
  if (typeof keys === 'string') return keys;
  return { host: hostText.replace(/^\[|\]$/g, ''), port, latencyMs, streamId: new Secret(streamId), ...keys };
}

function readQuery(query: string): Map<string, string> | string {
  const fields = new Map<string, string>();
  for (const part of query.split('&').filter((text) => text !== '')) {
    const [name = '', value = ''] = part.split(/=(.*)/s);
    if (!NAMES.has(name)) return `known parameters: ${[...NAMES].join(', ')}. Write "&" in a stream id as %26.`;
    fields.set(name, decode(value));
  }
  return fields;
}

function readKeys(fields: ReadonlyMap<string, string>): Pick<SrtTarget, 'passphrase' | 'keyBytes'> | string {
  const keyBytes = Number(fields.get('pbkeylen') ?? 16);
  if (!isKeyBytes(keyBytes)) return 'pbkeylen: expected 16, 24 or 32';
  const passphrase = fields.get('passphrase') ?? '';
  if (passphrase === '') return { passphrase: null, keyBytes };
  const length = Buffer.byteLength(passphrase);
  if (length < MIN_PASSPHRASE_BYTES || length > MAX_PASSPHRASE_BYTES)
    return `passphrase: expected ${MIN_PASSPHRASE_BYTES} to ${MAX_PASSPHRASE_BYTES} bytes`;
  return { passphrase: new Secret(passphrase), keyBytes };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

export function describeTarget({ host, port, streamId, passphrase }: SrtTarget): OutputDescription {
  const authority = `${isIPv6(host) ? `[${host}]` : host}:${port}`;
  const id = streamId.reveal();
  const parts = [id, ...id.split(/[,?&]/).map((part) => part.replace(/^[^=]*=/, '')), passphrase?.reveal() ?? ''];
  const secrets = parts.filter((part) => part.length > 2 && !['publish', 'request'].includes(part));
  return { redactedUrl: redactUrl(`srt://${authority}${id === '' ? '' : '?streamid'}`), secrets: secrets.map((part) => new Secret(part)) };
}
