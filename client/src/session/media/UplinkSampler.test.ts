import { describe, expect, it } from 'vitest';
import { UplinkSampler } from './UplinkSampler';

const outbound = (id: string, timestamp: number, packetsSent: number, bytesSent: number) => ({
  id,
  type: 'outbound-rtp',
  timestamp,
  packetsSent,
  bytesSent,
});
const remote = (localId: string, timestamp: number, fractionLost: number, kind = 'video') => ({
  id: `r-${localId}`,
  type: 'remote-inbound-rtp',
  kind,
  localId,
  timestamp,
  fractionLost,
});

describe('reports on what we send', () => {
  it('weigh the loss of each layer of video by its packets, once for each report of the server', () => {
    const sampler = new UplinkSampler();
    expect(sampler.sample([outbound('l', 1000, 50, 5000), outbound('h', 1000, 100, 100_000)])).toBeNull();
    expect(sampler.sample([outbound('l', 1500, 75, 7500), remote('l', 1400, 0)])).toBeNull();
    const now = [outbound('l', 2500, 125, 12_500), outbound('h', 2500, 250, 250_000), remote('l', 2400, 0.1), remote('h', 2400, 0.5)];
    expect(sampler.sample(now)).toMatchObject({ atMs: 2400, loss: (50 * 0.1 + 250 * 0.5) / 300 });
    expect(sampler.sample(now)).toBeNull();
  });

  it('leave out what the server reports about sound', () => {
    const sampler = new UplinkSampler();
    sampler.sample([outbound('a', 1000, 50, 5000), outbound('v', 1000, 50, 50_000), remote('v', 900, 0)]);
    const now = [
      outbound('a', 2000, 100, 13_000),
      outbound('v', 2000, 150, 150_000),
      remote('a', 1900, 0.05, 'audio'),
      remote('v', 1900, 0.01),
    ];
    expect(sampler.sample(now)).toMatchObject({ loss: 0.01 });
  });

  it('tell the rate of everything together, and nothing when nothing is sent', () => {
    const sampler = new UplinkSampler();
    sampler.sample([outbound('v', 1000, 50, 5000), remote('v', 900, 0)]);
    expect(sampler.sample([outbound('v', 2000, 100, 13_000), remote('v', 1900, 0)])?.sentBps).toBe(64_000);
    expect(sampler.sample([outbound('v', 3000, 100, 13_000), remote('v', 2900, 0)])).toBeNull();
    expect(sampler.sample([])).toBeNull();
  });
});
