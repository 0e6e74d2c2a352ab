import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLog } from '@lianmai/kit';
import type { AuthoriseRequest, StreamStatus } from '@lianmai/protocol';
import type { BridgePool, BridgePoolEvents } from '../../bridge/index.js';
import { Store } from '../../store/index.js';
import { StreamRepository } from '../StreamRepository.js';
import { StreamOutputRepository } from '../StreamOutputRepository.js';
import { StreamJobScheduler } from '../StreamJobScheduler.js';
import { Streams, type StreamsOptions } from '../Streams.js';

/** For tests: real streams over a real store in a folder of its own. */
export async function openStreams(options: Partial<Omit<StreamsOptions, 'book'>> = {}) {
  const folder = mkdtempSync(path.join(tmpdir(), 'lianmai-streams-'));
  const store = await Store.open(folder);
  const repository = await StreamRepository.open(store);
  const log = createLog('test', 'silent');
  const bridges = options.bridges ?? noBridges();
  const outputs = new StreamOutputRepository(store);
  const jobs = new StreamJobScheduler({ repository, outputs, bridges, recordPatterns: [], log });
  const streams = new Streams({
    ...{ repository, bridges, jobs, log },
    policy: { onTaken: 'refuse', resumeGraceMs: 10_000 },
    rooms: { isOpen: () => false, isLive: () => false },
    ...options,
  });
  const close = async () => {
    jobs.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { streams, repository, outputs, folder, close };
}

export const noBridges = (): BridgePool => Object.assign(new EventEmitter<BridgePoolEvents>(), { bridges: [] });

export const asked = (change: Partial<AuthoriseRequest> = {}): AuthoriseRequest => ({
  ...{ action: 'publish', protocol: 'rtmp', app: 'live', name: 'cam', clientId: 'c1', ip: '203.0.113.1', params: {} },
  ...change,
});

export const statusOf = (change: Partial<StreamStatus> = {}): StreamStatus => ({
  ...{ app: 'live', name: 'cam', state: 'live', startedAtMs: 1000, video: null, audio: null, bitrateKbps: 2500 },
  publisher: { id: 'p1', action: 'publish', protocol: 'rtmp', ip: '203.0.113.1', sinceMs: 1000, bytes: 5 },
  players: { flv: 2, hls: 1 },
  conversions: [],
  ...change,
});
