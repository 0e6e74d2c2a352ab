import { describe, expect, it, vi } from 'vitest';
import { applyRates, divideBudget, fullRate } from './videoLimit';

const camera = { source: 'camera', layersBps: [150_000, 500_000, 1_700_000] } as const;
const screen = { source: 'screen', layersBps: [2_500_000] } as const;

describe('dividing a video budget', () => {
  it('fills the layers from the smallest up, and leaves out what would get too little', () => {
    expect(divideBudget([camera], 166_000)).toEqual([[150_000, null, null]]);
    expect(divideBudget([camera], 100_000)).toEqual([[100_000, null, null]]);
    expect(divideBudget([camera], 500_000)).toEqual([[150_000, 350_000, null]]);
    expect(divideBudget([camera], fullRate([camera]))).toEqual([[150_000, 500_000, 1_700_000]]);
  });

  it('gives a shared screen most of it', () => {
    expect(divideBudget([camera, screen], 300_000)).toEqual([[100_000, null, null], [200_000]]);
  });
});

describe('applying rates to a sender', () => {
  const senderOf = (encodings: { active: boolean; maxBitrate: number }[]) => {
    const setParameters = vi.fn(async () => undefined);
    return { setParameters, sender: { getParameters: () => ({ encodings }), setParameters } as unknown as RTCRtpSender };
  };

  it('switches layers off and on, and sets their rates', async () => {
    const encodings = [
      { active: true, maxBitrate: 150_000 },
      { active: true, maxBitrate: 500_000 },
    ];
    const { sender, setParameters } = senderOf(encodings);
    await applyRates(sender, [100_000, null]);
    expect(encodings.map(({ active }) => active)).toEqual([true, false]);
    expect(encodings[0]?.maxBitrate).toBe(100_000);
    await applyRates(sender, [100_000, null]);
    expect(setParameters).toHaveBeenCalledTimes(1);
    await applyRates(sender, [150_000, 500_000]);
    expect(encodings).toEqual([
      { active: true, maxBitrate: 150_000 },
      { active: true, maxBitrate: 500_000 },
    ]);
  });
});
