import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LinkWatch, type TransportDirection, type WatchedTransport } from './LinkWatch';
import { SILENT_AFTER_MS } from './SilenceDetector';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function create(expected: readonly TransportDirection[]) {
  const bytes = { send: 1, receive: 1 };
  const flowing = new Set<TransportDirection>(['send', 'receive']);
  const transportOf = (direction: TransportDirection) =>
    ({
      closed: false,
      connectionState: 'connected',
      getStats: async () => {
        if (flowing.has(direction)) bytes[direction] += 100;
        return new Map([['t', { type: 'transport', bytesReceived: bytes[direction] }]]);
      },
    }) as unknown as WatchedTransport;
  const transports = { send: transportOf('send'), receive: transportOf('receive') };
  const onSilent = vi.fn();
  const onStats = vi.fn();
  const watch = new LinkWatch({
    transports: () => transports,
    isExpected: (direction) => expected.includes(direction),
    onSilent,
    onStats,
  });
  return { flowing, onSilent, onStats, watch };
}

describe('watching both transports', () => {
  it('reports once that media has stopped, and once that it arrives again', async () => {
    const { flowing, onSilent } = create(['send', 'receive']);
    await vi.advanceTimersByTimeAsync(2000);
    flowing.clear();
    await vi.advanceTimersByTimeAsync(SILENT_AFTER_MS + 10_000);
    expect(onSilent.mock.calls).toEqual([[true]]);
    flowing.add('receive');
    await vi.advanceTimersByTimeAsync(1000);
    expect(onSilent.mock.calls).toEqual([[true], [false]]);
  });

  it('blames nobody while one transport still receives: then somebody else has lost their network', async () => {
    const { flowing, onSilent } = create(['send', 'receive']);
    await vi.advanceTimersByTimeAsync(2000);
    flowing.delete('receive');
    await vi.advanceTimersByTimeAsync(20_000);
    expect(onSilent).not.toHaveBeenCalled();
  });

  it('watches a viewer, who only receives', async () => {
    const { flowing, onSilent } = create(['receive']);
    await vi.advanceTimersByTimeAsync(2000);
    flowing.clear();
    await vi.advanceTimersByTimeAsync(SILENT_AFTER_MS + 1000);
    expect(onSilent).toHaveBeenCalledWith(true);
  });

  it('passes on the statistics of both, and stops when closed', async () => {
    const { onStats, watch } = create([]);
    await vi.advanceTimersByTimeAsync(1000);
    expect(onStats.mock.calls.map(([direction]) => direction as string)).toEqual(['send', 'receive', 'send', 'receive']);
    watch.close();
    await vi.advanceTimersByTimeAsync(5000);
    expect(onStats).toHaveBeenCalledTimes(4);
  });
});
