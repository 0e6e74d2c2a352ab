import { createLog, Scope, Secret } from '@lianmai/kit';
import { LianmaiError, type ErrorCode, type OutputId, type OutputInfo } from '@lianmai/protocol';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { makeTag } from '../media/formats/index.js';
import { StreamHub, type Reader } from '../hub/stream/index.js';
import { FLV } from '../hub/renditions/index.js';
import { readAsItIs, openGuard } from '../testing/index.js';
import type { Output, OutputSession, OutputStats, PreparedOutput } from './outputContract.js';
import { createOutputKinds, supervise } from './index.js';
import { RetryPolicy } from './RetryPolicy.js';
import { redactSecrets } from './redactSecrets.js';
import { RateMeter } from './RateMeter.js';
import { STALL, StallDetector } from './StallDetector.js';

const log = createLog('test', 'silent');
let scope = new Scope();
afterEach(async () => {
  vi.useRealTimers();
  await scope.close('test ends');
  scope = new Scope();
});

type Script = (reader: Reader, signal: AbortSignal, session: OutputSession) => Promise<void>;
const stats: OutputStats = { bytesSent: 0, queuedBytes: 0 };

/** Plays one script per run, and the last one for all further runs. */
function scripted(...scripts: Script[]): PreparedOutput {
  let runs = 0;
  return {
    kind: 'scripted',
    accepts: FLV,
    redactedUrl: 'scripted://host/***',
    secrets: [new Secret('s3cret-key')],
    create: (session): Output => ({
      run: (reader, signal) => scripts[Math.min(runs++, scripts.length - 1)]!(reader, signal, session),
      stats: () => ({ ...stats }),
    }),
  };
}

const fails =
  (code: ErrorCode, message?: string): Script =>
  async () => {
    throw new LianmaiError(code, undefined, message === undefined ? undefined : { message });
  };
const untilAborted = (signal: AbortSignal) =>
  new Promise<never>((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
const holds: Script = (_reader, signal, session) => (session.onLive(), untilAborted(signal));

function start(output: PreparedOutput, options = {}) {
  const hub = scope.own(new StreamHub());
  const publisher = hub.publish({ app: 'live', name: 'room' });
  const supervisor = scope.own(
    supervise(
      publisher.stream,
      { id: 'o1' as OutputId, output },
      { log, openReader: readAsItIs, backoff: { firstMs: 1000, maxMs: 30_000 }, ...options },
    ),
  );
  const states: string[] = [];
  supervisor.on('changed', (info) => states.push(info.state + (info.reason ? `:${info.reason.code}` : '')));
  return { supervisor, states, publisher };
}

describe('supervise', () => {
  it('keeps retrying an unreachable destination, with growing pauses', async () => {
    vi.useFakeTimers();
    const { supervisor, states } = start(scripted(fails('DESTINATION_UNREACHABLE')));
    await vi.advanceTimersByTimeAsync(10 * 60_000);
    expect(supervisor.info.retries).toBeGreaterThan(18);
    expect(supervisor.info.retries).toBeLessThan(50);
    expect(new Set(states)).toEqual(new Set(['connecting:DESTINATION_UNREACHABLE', 'retrying:DESTINATION_UNREACHABLE']));
  });

  it('gives up after three rejections, and starts over when asked', async () => {
    vi.useFakeTimers();
    const refuses = fails('DESTINATION_REFUSED');
    const { supervisor } = start(scripted(refuses, refuses, refuses, holds));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(supervisor.info).toMatchObject({ state: 'failed', retries: 2, nextRetryAtMs: null, reason: { code: 'DESTINATION_REFUSED' } });
    supervisor.retry();
    await vi.advanceTimersByTimeAsync(1);
    expect(supervisor.info).toMatchObject({ state: 'live', reason: null, retries: 3 });
  });

  it('retries at once when asked', async () => {
    vi.useFakeTimers();
    const { supervisor } = start(scripted(fails('DESTINATION_CLOSED'), holds));
    await vi.advanceTimersByTimeAsync(1);
    expect(supervisor.info.state).toBe('retrying');
    supervisor.retry();
    await vi.advanceTimersByTimeAsync(1);
    expect(supervisor.info.state).toBe('live');
  });

  it('says that a live output is stalled when it moves no bytes while some are queued, and reconnects when that lasts', async () => {
    const { supervisor, states } = start(scripted(holds), { stall: { tellMs: 30, giveUpMs: 300 }, sampleMs: 10 });
    stats.queuedBytes = 1000;
    await vi.waitFor(() => expect(states).toContain('stalled:DESTINATION_STALLED'));
    stats.bytesSent += 1;
    await vi.waitFor(() => expect(states.at(-1)).toBe('live'));
    await vi.waitFor(() => expect(states).toContain('retrying:DESTINATION_STALLED'));
    stats.queuedBytes = 0;
    supervisor.retry();
    await vi.waitFor(() => expect(supervisor.info.state).toBe('live'));
  });

  it('says that an output is stalled when its server no longer confirms what it reads', async () => {
    const { states } = start(scripted(holds), { stall: { tellMs: 30, giveUpMs: 10_000 }, sampleMs: 10 });
    const moving = setInterval(() => (stats.bytesSent += 1), 5);
    stats.receipts = { count: 7, overdueBytes: 1 };
    await vi.waitFor(() => expect(states).toContain('stalled:DESTINATION_STALLED'));
    stats.receipts = { count: 8, overdueBytes: 0 };
    await vi.waitFor(() => expect(states.at(-1)).toBe('live'));
    clearInterval(moving);
    stats.receipts = undefined;
  });

  it('stops once, with its stream or when closed', async () => {
    const reads: Script = async (reader, signal, session) => {
      session.onLive();
      while (await reader.read(signal));
    };
    const first = start(scripted(reads));
    const closed: string[] = [];
    first.supervisor.on('closed', (reason) => closed.push(reason));
    await vi.waitFor(() => expect(first.supervisor.info.state).toBe('live'));
    first.publisher.write(makeTag('audio', 0, Buffer.from([0xaf, 1, 0])));
    await first.publisher.close('end');
    await vi.waitFor(() => expect(closed).toEqual(['stream ended']));
    await first.supervisor.close('again');
    const second = start(scripted(holds));
    second.supervisor.on('closed', (reason) => closed.push(reason));
    await second.supervisor.close('removed');
    expect(closed).toEqual(['stream ended', 'removed']);
    expect(second.supervisor.info).toMatchObject({ state: 'stopped', reason: null });
  });

  it('removes secrets from what a destination says', async () => {
    const { supervisor } = start(scripted(fails('DESTINATION_REFUSED', 'no such key s3cret-key here')));
    await vi.waitFor(() => expect(supervisor.info.reason).not.toBeNull());
    expect(supervisor.info.reason?.message).toBe('no such key *** here');
  });

  it('survives an output kind that throws where it must not', async () => {
    const broken: PreparedOutput = {
      ...scripted(holds),
      create: () => {
        throw new Error('bug');
      },
    };
    const { supervisor } = start(broken);
    await vi.waitFor(() =>
      expect(supervisor.info).toMatchObject({ state: 'failed', reason: { code: 'INTERNAL' } } satisfies Partial<
        Record<keyof OutputInfo, unknown>
      >),
    );
  });
});

describe('the parts of supervision', () => {
  it('keeps retrying rejections for longer once the destination has accepted the stream', () => {
    const refused = new LianmaiError('DESTINATION_REFUSED');
    const policy = new RetryPolicy({ firstMs: 1000, maxMs: 30_000 });
    expect([policy.next(refused, 0), policy.next(refused, 0), policy.next(refused, 0)].map((wait) => wait === null)).toEqual([
      false,
      false,
      true,
    ]);
    policy.reset();
    const waits = [policy.next(new LianmaiError('DESTINATION_CLOSED'), 20_000)];
    while (waits.at(-1) !== null) waits.push(policy.next(refused, 0));
    expect(waits.length).toBe(9);
    expect(Math.max(...waits.map((wait) => wait ?? 0))).toBeLessThanOrEqual(30_000);
  });

  it('counts a stall only while bytes are queued', () => {
    const stallDetector = new StallDetector();
    const standstillMs = (queuedBytes: number, atMs: number) => stallDetector.standstillMs({ bytesSent: 10, queuedBytes }, atMs);
    expect([standstillMs(5, 0), standstillMs(5, 900), standstillMs(0, 1800), standstillMs(5, 2700), standstillMs(5, 3600)]).toEqual([
      0, 900, 0, 900, 1800,
    ]);
  });

  it('does not blame the destination for a pause of its own', () => {
    const stallDetector = new StallDetector();
    stallDetector.standstillMs({ bytesSent: 10, queuedBytes: 5 }, 0);
    expect(stallDetector.standstillMs({ bytesSent: 10, queuedBytes: 5 }, 600_000)).toBeLessThan(STALL.tellMs);
  });

  it('measures the rate over the last seconds', () => {
    const meter = new RateMeter(5000);
    for (let second = 0; second <= 20; second++) meter.sample(second < 10 ? 0 : (second - 10) * 125_000, second * 1000);
    expect(meter.kbps).toBe(1000);
  });

  it('redacts encoded forms of a secret too', () => {
    const secrets = [new Secret('key/ü?x=1')];
    expect(redactSecrets('said key%2F%C3%BC%3Fx%3D1 and key/ü?x=1 and key/%C3%BC?x=1', secrets)).toBe('said *** and *** and ***');
  });

  it('advertises kinds with the schema of their options, and rejects unknown ones', () => {
    const kinds = createOutputKinds({ guard: openGuard, insecureTls: false });
    expect(kinds.advertise()).toEqual([
      { kind: 'rtmp', schemes: ['rtmp', 'rtmps'], options: expect.objectContaining({ type: 'object', required: ['url'] }) },
      { kind: 'srt', schemes: ['srt'], options: expect.objectContaining({ type: 'object', required: ['url'] }) },
    ]);
    expect(() => kinds.prepare({ kind: 'carrier-pigeon', url: 'x' })).toThrow(expect.objectContaining({ code: 'UNSUPPORTED' }));
    expect(() => kinds.prepare({ kind: 'rtmp', url: 'rtmp://me:pass@host/app/key' })).toThrow(
      expect.objectContaining({ code: 'BAD_REQUEST', message: expect.stringContaining('user name') }),
    );
  });
});
