import { describe, expect, it } from 'vitest';
import { DownlinkSampler } from './DownlinkSampler';

const video = (id: string, timestamp: number, packetsReceived: number, packetsLost: number, bytesReceived: number) => ({
  id,
  type: 'inbound-rtp',
  kind: 'video',
  timestamp,
  packetsReceived,
  packetsLost,
  bytesReceived,
});
const audio = (timestamp: number, bytesReceived: number) => ({ ...video('a', timestamp, 50, 25, bytesReceived), kind: 'audio' });

describe('reports on what we receive', () => {
  it('tell the loss of pictures and the rate of everything as it was sent, twice a second', () => {
    const sampler = new DownlinkSampler();
    expect(sampler.sample([video('v', 1000, 100, 0, 100_000), audio(1000, 8000)])).toBeNull();
    expect(sampler.sample([video('v', 1300, 130, 20, 120_000), audio(1300, 12_000)])).toBeNull();
    const report = sampler.sample([video('v', 2000, 160, 40, 124_000), audio(2000, 16_000)]);
    expect(report).toMatchObject({ atMs: 2000, loss: 0.4 });
    expect(report?.sentBps).toBeCloseTo(256_000 / 0.6);
  });

  it('take the picture that suffers least, because others may have failed to send theirs', () => {
    const sampler = new DownlinkSampler();
    sampler.sample([video('v', 1000, 100, 0, 100_000), video('w', 1000, 100, 0, 100_000), video('x', 1000, 100, 0, 100_000)]);
    const now = [video('v', 1500, 150, 50, 110_000), video('w', 1500, 199, 1, 120_000), video('x', 1500, 101, 0, 100_100)];
    expect(sampler.sample(now)).toMatchObject({ loss: 0.01 });
  });

  it('are left out while no picture is shown, and where a stream has ended', () => {
    const sampler = new DownlinkSampler();
    sampler.sample([video('v', 1000, 100, 0, 100_000)]);
    expect(sampler.sample([audio(2000, 8000)])).toBeNull();
    expect(sampler.sample([audio(3000, 16_000)])).toBeNull();
    expect(sampler.sample([])).toBeNull();
  });
});
