import {
  EXTENSION,
  extensionFieldOf,
  readCapabilities,
  readText,
  writeCapabilities,
  type Handshake,
  type HandshakeExtension,
  type SrtCapabilities,
} from './handshake.js';
import { readKeyMessage, type KeyMessage } from './keyMaterial.js';
import type { Rejection } from './rejection.js';
import { parseStreamId, type StreamIdRequest } from './streamId.js';

/** The terms of a caller's conclusion, as far as they can be granted. */
export interface Proposal {
  request: StreamIdRequest;
  capabilities: SrtCapabilities;
  /** null: unencrypted. */
  keys: KeyMessage | null;
  /** The key message as received; echoing it means "yes". */
  keyBytes: Buffer | null;
}

const HSV5 = 5;
const MIN_VERSION = 0x010300;

/** Cheap checks first; nothing here costs more than reading. */
export function readProposal(handshake: Handshake): Proposal | Rejection {
  const find = (type: number) => handshake.extensions.find((extension) => extension.type === type)?.data;
  const hsRequest = find(EXTENSION.hsRequest);
  const capabilities = hsRequest && readCapabilities(hsRequest);
  if (handshake.version !== HSV5) return 'version';
  if (!capabilities) return 'rogue';
  if (capabilities.version < MIN_VERSION) return 'version';
  if (capabilities.isStreamMode) return 'streamMode';
  const unsupported = refuseExtras(find);
  if (unsupported) return unsupported;
  const keyBytes = find(EXTENSION.kmRequest) ?? null;
  const keys = keyBytes && readKeyMessage(keyBytes);
  if (keyBytes && !keys) return 'badSecret';
  const streamId = find(EXTENSION.streamId);
  const text = streamId && readText(streamId);
  const request = typeof text === 'string' ? parseStreamId(text) : null;
  return request ? { request, capabilities, keys, keyBytes: keyBytes && Buffer.from(keyBytes) } : 'badRequest';
}

function refuseExtras(find: (type: number) => Buffer | undefined): Rejection | null {
  const congestion = find(EXTENSION.congestion);
  if (congestion && readText(congestion) !== 'live') return 'congestion';
  const filter = find(EXTENSION.filter);
  if (filter && readText(filter) !== '') return 'filter';
  return find(EXTENSION.group) ? 'group' : null;
}

export function answerExtensions(
  { keyBytes }: Proposal,
  latencies: { receiveLatencyMs: number; sendLatencyMs: number },
): { extensions: HandshakeExtension[]; extensionField: number } {
  const extensions: HandshakeExtension[] = [{ type: EXTENSION.hsResponse, data: writeCapabilities(latencies) }];
  if (keyBytes) extensions.push({ type: EXTENSION.kmResponse, data: keyBytes });
  return { extensions, extensionField: extensionFieldOf(extensions) };
}
