import { EventEmitter } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createLog } from '@lianmai/kit';
import type { AuthoriseRequest, StreamStatus } from '@lianmai/protocol';
import type { BridgePool, BridgePoolEvents } from '../../bridge/index.js';
import { Store } from '../../store/index.js';
import { ProgramNames } from '../ProgramNames.js';
import { StreamAuthoriser, type StreamAuthoriserOptions } from '../StreamAuthoriser.js';
import { StreamRepository } from '../StreamRepository.js';
import { StreamOutputRepository } from '../StreamOutputRepository.js';
import { StreamJobScheduler } from '../StreamJobScheduler.js';
import { Streams, type StreamsOptions } from '../Streams.js';

/** For tests: real streams in a store of their own. Rooms have the names that are written into `programNames`. */
export async function openStreams(
  options: Partial<Pick<StreamsOptions, 'bridges' | 'whep'>> & {
    policy?: StreamAuthoriserOptions['policy'];
    programNames?: ProgramNames;
  } = {},
) {
  const folder = mkdtempSync(path.join(tmpdir(), 'lianmai-streams-'));
  const store = await Store.open(folder);
  const repository = await StreamRepository.open(store);
  const log = createLog('test', 'silent');
  const { bridges = noBridges(), policy = { onTaken: 'refuse', resumeGraceMs: 10_000 }, whep } = options;
  const { programNames = new ProgramNames() } = options;
  const authoriser = new StreamAuthoriser({ repository, programNames, policy });
  const outputs = new StreamOutputRepository(store);
  const jobs = new StreamJobScheduler({ repository, outputs, bridges, recordPatterns: [], log });
  const streams = new Streams({ repository, bridges, jobs, programNames, log, ...(whep && { whep }) });
  const close = async () => {
    jobs.close();
    await store.close();
    rmSync(folder, { recursive: true, force: true });
  };
  return { streams, authoriser, programNames, repository, outputs, folder, close };
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
