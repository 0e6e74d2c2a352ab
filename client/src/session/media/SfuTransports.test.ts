import { EventEmitter } from 'node:events';
import type { ProducerId } from '@lianmai/protocol';
import type { Device } from 'mediasoup-client';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Request } from '../SignallingSocket';
import { SfuTransports } from './SfuTransports';
import { SILENT_AFTER_MS } from './SilenceDetector';

/** Longer than packets may be missing, and than a restart of ICE gets. */
const GIVEN_UP_MS = SILENT_AFTER_MS + 5000;

/** A transport that receives while the network lets it. */
class FakeTransport extends EventEmitter {
  readonly appData: { id: string };
  readonly restartIce = vi.fn(() => Promise.resolve());
  connectionState = 'connected';
  closed = false;
  #bytes = 0;
  readonly #network: { passes: boolean };

  constructor(id: string, network: { passes: boolean }) {
    super();
    this.appData = { id };
    this.#network = network;
  }

  getStats() {
    if (this.#network.passes) this.#bytes += 100;
    return Promise.resolve(new Map([['t', { type: 'transport', bytesReceived: this.#bytes }]]));
  }

  close() {
    this.closed = true;
  }
}

/** A page that receives, and a server that answers while `signalling.works`. */
async function receiving() {
  const network = { passes: true };
  const signalling = { works: true };
  const created: FakeTransport[] = [];
  const createRecvTransport = ({ id }: { id: string }) => {
    const transport = new FakeTransport(id, network);
    created.push(transport);
    return transport;
  };
  const ice = { iceParameters: { usernameFragment: 'u', password: 'p' }, iceCandidates: [] };
  const request = vi.fn((name: string) => {
    if (!signalling.works) return Promise.reject(new Error('no connection'));
    if (name !== 'createTransport') return Promise.resolve(ice);
    return Promise.resolve({ id: `t${created.length}`, ...ice, dtlsParameters: { fingerprints: [{ algorithm: 'sha-256', value: '00' }] } });
  });
  const onReceivingReplaced = vi.fn();
  const onDead = vi.fn();
  const transports = new SfuTransports({
    device: Promise.resolve({ createRecvTransport, recvRtpCapabilities: {} } as unknown as Device),
    request: request as unknown as Request,
    iceServers: [],
    isOnline: () => true,
    onBlocked: () => undefined,
    onDisconnected: () => undefined,
    isExpected: (direction) => direction === 'receive',
    onInterrupted: () => undefined,
    onReceivingReplaced,
    onReceived: () => undefined,
    onDead,
  });
  const consume = () => transports.consume('p1' as ProducerId);
  await consume();
  await vi.advanceTimersByTimeAsync(2000);
  return { network, signalling, created, request, transports, consume, onReceivingReplaced, onDead };
}

describe('a transport on which media stops arriving', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is replaced when an ICE restart does not help, and what comes next is received on another', async () => {
    const { network, created, request, transports, consume, onReceivingReplaced, onDead } = await receiving();
    network.passes = false;
    await vi.advanceTimersByTimeAsync(GIVEN_UP_MS);
    expect(created.map(({ closed }) => closed)).toEqual([true]);
    expect(created[0]?.restartIce).toHaveBeenCalled();
    expect([onReceivingReplaced.mock.calls.length, onDead.mock.calls.length]).toEqual([1, 0]);
    network.passes = true;
    await consume();
    expect(created.map(({ closed }) => closed)).toEqual([true, false]);
    expect(request).toHaveBeenLastCalledWith('consume', expect.objectContaining({ transportId: 't1' }));
    await vi.advanceTimersByTimeAsync(GIVEN_UP_MS);
    expect(created).toHaveLength(2);
    transports.close();
  });

  it('is kept when the restart brings media back', async () => {
    const { network, created, transports, onReceivingReplaced } = await receiving();
    network.passes = false;
    await vi.advanceTimersByTimeAsync(SILENT_AFTER_MS + 100);
    expect(created[0]?.restartIce).toHaveBeenCalled();
    network.passes = true;
    await vi.advanceTimersByTimeAsync(GIVEN_UP_MS);
    expect(created.map(({ closed }) => closed)).toEqual([false]);
    expect(onReceivingReplaced).not.toHaveBeenCalled();
    transports.close();
  });

  it('is kept while signalling is gone too, because nothing could replace it', async () => {
    const { network, signalling, created, transports, onReceivingReplaced } = await receiving();
    network.passes = false;
    signalling.works = false;
    await vi.advanceTimersByTimeAsync(GIVEN_UP_MS);
    expect(created.map(({ closed }) => closed)).toEqual([false]);
    expect(onReceivingReplaced).not.toHaveBeenCalled();
    transports.close();
  });

  it('is left alone by an end of the call', async () => {
    const { network, created, transports, onReceivingReplaced } = await receiving();
    network.passes = false;
    await vi.advanceTimersByTimeAsync(SILENT_AFTER_MS + 100);
    expect(created[0]?.restartIce).toHaveBeenCalled();
    transports.close();
    await vi.advanceTimersByTimeAsync(GIVEN_UP_MS);
    expect(onReceivingReplaced).not.toHaveBeenCalled();
  });
});
