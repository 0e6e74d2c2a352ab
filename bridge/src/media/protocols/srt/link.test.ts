import { describe, expect, it } from 'vitest';
import type { SrtConnection } from './SrtConnection.js';
import { sendNumbered, VirtualCall, type LinkOptions } from './testing/VirtualCall.js';

async function publish(link: LinkOptions, count: number, options: Parameters<VirtualCall['connect']>[0] = {}): Promise<VirtualCall> {
  const call = new VirtualCall(link);
  await call.connect(options);
  sendNumbered(call, call.atCaller!, { count });
  call.time.advance(2_000_000);
  return call;
}

const numbers = (call: VirtualCall) => call.received.map(({ payload }) => payload.readUInt32BE(0));
const isSorted = (list: number[]) => list.every((value, index) => index === 0 || value > list[index - 1]!);

describe('a lossy link, in virtual time', () => {
  it('delivers everything in order and after the latency when nothing is lost', async () => {
    const call = await publish({}, 500);
    expect(numbers(call)).toEqual(Array.from({ length: 500 }, (_, index) => index));
    expect(call.atListener!.receiver!.stats).toMatchObject({ lost: 0, dropped: 0, packets: 500 });
    expect(call.atCaller!.sender!.stats).toMatchObject({ resent: 0, dropped: 0, unacknowledgedBytes: 0 });
  });

  it.each([
    [0.05, 120, 1],
    [0.05, 200, 2],
    [0.1, 200, 3],
  ])('loses next to nothing at %d loss, 50 ms of jitter and %d ms of latency', async (loss, latencyMs, seed) => {
    const call = await publish({ loss, seed, delayMs: 5, jitterMs: 50 }, 5000, { latencyMs });
    const got = numbers(call);
    expect(isSorted(got)).toBe(true);
    expect(5000 - got.length).toBeLessThan(25);
  });

  it('plays through heavy loss: retransmissions stay within the volume of new packets', async () => {
    const call = new VirtualCall({ loss: 0.1, seed: 6, delayMs: 5, jitterMs: 50 });
    await call.connect({ direction: 'in', streamId: 'live/cam', latencyMs: 300 });
    sendNumbered(call, call.atListener!, { count: 4000 });
    call.time.advance(2_000_000);
    expect(isSorted(numbers(call))).toBe(true);
    expect(4000 - numbers(call).length).toBeLessThan(5);
    expect(call.atListener!.sender!.stats.resent).toBeLessThan(4000);
  });

  it('delivers packets in order at once when asked for prompt delivery', async () => {
    const call = new VirtualCall({}, { delivery: 'prompt' });
    await call.connect();
    sendNumbered(call, call.atCaller!, { count: 100 });
    expect(call.received.length).toBeGreaterThan(95);
    const smooth = new VirtualCall();
    await smooth.connect();
    sendNumbered(smooth, smooth.atCaller!, { count: 100 });
    expect(smooth.received.length).toBeLessThan(75);
  });

  it('continues after an outage in which the sender got further than the window is wide', async () => {
    const call = new VirtualCall();
    await call.connect();
    sendNumbered(call, call.atCaller!, { count: 100 });
    call.link = { ...call.link, loss: 1 };
    sendNumbered(call, call.atCaller!, { count: 10_000, everyUs: 400 });
    call.link = { ...call.link, loss: 0 };
    sendNumbered(call, call.atCaller!, { count: 500, everyUs: 4000 });
    call.time.advance(1_000_000);
    expect(call.ends).toEqual([]);
    expect(numbers(call).slice(-100)).toEqual(Array.from({ length: 100 }, (_, index) => 400 + index));
  });

  it('continues when sequence numbers and timestamps wrap', async () => {
    const call = await publish({ loss: 0.05, seed: 4, jitterMs: 20 }, 1000, { firstSeq: 0x7fffffff - 300, latencyMs: 300 });
    expect(numbers(call).length).toBeGreaterThan(995);
    expect(isSorted(numbers(call))).toBe(true);
    const from: SrtConnection = call.atCaller!;
    for (let minute = 0; minute < 75; minute++) {
      sendNumbered(call, from, { count: 60, everyUs: 1_000_000 });
    }
    expect(call.ends).toEqual([]);
    const before = call.received.length;
    sendNumbered(call, from, { count: 500 });
    call.time.advance(2_000_000);
    expect(call.received.length - before).toBeGreaterThan(495);
  });
});
