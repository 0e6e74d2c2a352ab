import { describe, expect, it } from 'vitest';
import { hlsLatencySeconds, receiverSampleOf, whepLatencySeconds } from './latencyEstimate';

describe('WebRTC latency', () => {
  const report = (video: object, pair: object) =>
    new Map<string, unknown>([
      ['a', { type: 'inbound-rtp', kind: 'audio', jitterBufferDelay: 99, jitterBufferEmittedCount: 1 }],
      ['v', { type: 'inbound-rtp', kind: 'video', ...video }],
      ['x', { type: 'candidate-pair', nominated: false, currentRoundTripTime: 9 }],
      ['p', { type: 'candidate-pair', nominated: true, ...pair }],
      ['n', null],
    ]);

  it("is how long the last second's pictures waited, plus half the round trip", () => {
    const before = receiverSampleOf(report({ jitterBufferDelay: 10, jitterBufferEmittedCount: 100 }, { currentRoundTripTime: 0.2 }));
    const now = receiverSampleOf(report({ jitterBufferDelay: 11.5, jitterBufferEmittedCount: 130 }, { currentRoundTripTime: 0.08 }));
    if (!before || !now) throw new Error('no sample');
    expect(whepLatencySeconds(before, now)).toBeCloseTo(0.05 + 0.04 + 0.1);
    expect(whepLatencySeconds(now, now)).toBeNull();
  });

  it('is unknown where the browser does not report it', () => {
    expect(receiverSampleOf(report({}, {}))).toBeNull();
    expect(receiverSampleOf(new Map())).toBeNull();
    expect(receiverSampleOf(report({ jitterBufferDelay: 1, jitterBufferEmittedCount: 2 }, {}))?.roundTripSeconds).toBeNull();
  });
});

describe('HLS latency', () => {
  it("follows the playlist's clock where the viewer's clock agrees with it", () => expect(hlsLatencySeconds(1, 10_000, 12_500)).toBe(2.5));
  it('otherwise follows the distance to the end of the playlist', () => {
    expect(hlsLatencySeconds(2, null, 12_500)).toBe(2);
    expect(hlsLatencySeconds(2, 12_000, 12_500)).toBe(2); // the viewer's clock is behind
    expect(hlsLatencySeconds(2, 12_000, 3_612_500)).toBe(2); // or an hour ahead
    expect(hlsLatencySeconds(null, 12_000, 12_500)).toBeNull();
  });
});
