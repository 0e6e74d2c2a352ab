import type { OutputId } from '@lianmai/protocol';
import { type OutputInfo, type RecordPattern, type StreamJobs } from '@lianmai/protocol';
import { createLog } from '@lianmai/kit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { FakeBridge, startBridges } from '../bridge/testing/index.js';
import { openStreams } from './testing/index.js';
import { StreamJobScheduler } from './StreamJobScheduler.js';

let close: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const one of close.reverse()) await one();
  close = [];
});

async function open(recordPatterns: RecordPattern[] = []) {
  const pool = await startBridges();
  close.push(pool.close);
  const { streams, repository, outputs, close: closeStreams } = await openStreams({ bridges: pool.bridges });
  const jobs =
    recordPatterns.length > 0
      ? new StreamJobScheduler({ repository, outputs, bridges: pool.bridges, recordPatterns, log: createLog('test', 'silent') })
      : streams.jobs;
  close.push(closeStreams);
  const connect = async (bridgeId: string) => {
    const bridge = await FakeBridge.connect({ url: pool.url, bridgeId });
    close.push(async () => void bridge.socket.disconnect());
    return bridge;
  };
  return { streams, jobs, connect };
}

const latest = (bridge: FakeBridge): StreamJobs | undefined => bridge.all('setStreamJobs').at(-1);
const record = { format: 'mp4', segmentSeconds: null } as const;
const live = (id: OutputId): OutputInfo => ({
  ...{ id, kind: 'rtmp', url: 'rtmp://cdn/***', state: 'live', reason: null, retries: 0, nextRetryAtMs: null },
  ...{ liveSinceMs: 5, bytesSent: 100, bitrateKbps: 800 },
});

describe('stream jobs', () => {
  it('go to each bridge after its hello and after every change; one bridge pulls each source', async () => {
    const { streams, connect } = await open();
    const first = await connect('a');
    const cam = await streams.create({ app: 'live', name: 'cam', source: { url: 'rtsp://u:p@cam/1' }, record });
    await streams.create({ app: 'live', name: 'plain' });
    const second = await connect('b');
    await vi.waitFor(() => expect(latest(second)?.jobs.length).toBe(1));
    expect(latest(first)?.jobs).toEqual([{ app: 'live', name: 'cam', source: { url: 'rtsp://u:p@cam/1' }, outputs: [], record }]);
    expect(latest(second)?.jobs[0]?.source).toBeNull();
    await streams.update(cam.id, { source: null, record: null });
    expect(latest(first)?.jobs).toEqual([]);
  });

  it('move to another bridge when theirs is gone', async () => {
    const { streams, connect } = await open();
    const first = await connect('a');
    const second = await connect('b');
    await streams.create({ app: 'live', name: 'cam', source: { url: 'rtmp://cam/a/b' } });
    const [other] = [second];
    await first.call('hello', {}).catch(() => undefined);
    expect(latest(first)?.jobs[0]?.source).not.toBeNull();
    first.drop();
    await vi.waitFor(() => expect(latest(other)?.jobs[0]?.source).toBeNull());
  });

  it('are shown with the bridge’s report, but never with a key', async () => {
    const { streams, jobs, connect } = await open();
    const bridge = await connect('a');
    const cam = await streams.create({ app: 'live', name: 'cam', source: { url: 'rtmp://host/app/secret-name' } });
    const added = await jobs.addOutput(cam, { kind: 'rtmp', url: 'rtmp://cdn/live/secret-key' });
    expect(added).toMatchObject({ state: 'stopped', url: 'rtmp://cdn/live/***' });
    expect(latest(bridge)?.jobs[0]?.outputs).toEqual([{ id: added.id, request: { kind: 'rtmp', url: 'rtmp://cdn/live/secret-key' } }]);
    bridge.announce('streamOutputChanged', { app: 'live', name: 'cam', output: live(added.id) });
    bridge.announce('pullChanged', {
      app: 'live',
      name: 'cam',
      url: 'rtmp://host/app/***',
      state: 'live',
      reason: null,
      retries: 0,
      nextRetryAtMs: null,
    });
    await vi.waitFor(async () => expect((await jobs.outputsOf([cam])).get(cam.id)?.[0]?.state).toBe('live'));
    await vi.waitFor(() => expect(jobs.pullOf(cam)?.state).toBe('live'));
    await jobs.removeOutput(cam, added.id);
    await expect(jobs.removeOutput(cam, added.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect(latest(bridge)?.jobs[0]?.outputs).toEqual([]);
  });

  it('are deleted with their stream, and limited in number', async () => {
    const { streams, jobs, connect } = await open();
    const bridge = await connect('a');
    const cam = await streams.create({ app: 'live', name: 'cam' });
    for (let index = 0; index < 16; index++) await jobs.addOutput(cam, { kind: 'rtmp', url: `rtmp://cdn/live/${index}` });
    await expect(jobs.addOutput(cam, { kind: 'rtmp', url: 'rtmp://cdn/live/x' })).rejects.toMatchObject({ code: 'CONFLICT' });
    await streams.remove(cam.id);
    expect(latest(bridge)?.jobs).toEqual([]);
    expect((await jobs.outputsOf([cam])).get(cam.id)).toEqual([]);
  });

  it('include the configured rules', async () => {
    const { connect } = await open([{ app: 'live', name: '*', ...record }]);
    const bridge = await connect('a');
    await vi.waitFor(() => expect(bridge.all('setStreamJobs').some(({ recordPatterns }) => recordPatterns.length === 1)).toBe(true));
  });
});
