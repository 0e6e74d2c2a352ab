import { describe, expect, it } from 'vitest';
import { cameraEncodings, sendOptions } from './encodings';

const settings = (width: number, height: number) => ({ getSettings: () => ({ width, height }) });

describe('encodings', () => {
  it('give a 720p camera three layers, the largest at full size', () => {
    const layers = cameraEncodings({ width: 1280, height: 720 });
    expect(layers.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual([4, 2, 1]);
    expect(layers.map(({ maxBitrate }) => maxBitrate)).toEqual([150_000, 500_000, 1_700_000]);
  });

  it('give a small camera two layers, because browsers never send the third', () => {
    expect(cameraEncodings({ width: 640, height: 360 }).map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual([2, 1]);
    expect(cameraEncodings({ width: 959, height: 540 })).toHaveLength(2);
  });

  it('treat a phone held upright like one held sideways', () => {
    expect(cameraEncodings({ width: 720, height: 1280 })).toHaveLength(3);
  });

  it('use the same temporal layers in every layer', () => {
    expect(new Set(cameraEncodings({ width: 1280, height: 720 }).map(({ scalabilityMode }) => scalabilityMode)).size).toBe(1);
  });

  it("give a screen one layer, use mono with DTX for voice, and neither for a film's sound", () => {
    expect(sendOptions('screen', settings(1920, 1080)).encodings).toHaveLength(1);
    expect(sendOptions('microphone', settings(0, 0)).codecOptions).toMatchObject({
      opusDtx: true,
      opusFec: true,
      opusNack: true,
      opusStereo: false,
    });
    expect(sendOptions('screenAudio', settings(0, 0)).codecOptions).toMatchObject({ opusDtx: false, opusStereo: true });
  });

  it('give sound a higher priority than any picture', () => {
    const prioritiesOf = (source: 'camera' | 'screen' | 'microphone' | 'screenAudio') =>
      new Set(sendOptions(source, settings(1280, 720)).encodings.map(({ priority, networkPriority }) => `${priority} ${networkPriority}`));
    for (const source of ['microphone', 'screenAudio'] as const) expect([...prioritiesOf(source)]).toEqual(['high high']);
    for (const source of ['camera', 'screen'] as const) expect([...prioritiesOf(source)]).toEqual(['low low']);
  });

  it('assume the requested size for a camera that does not report one', () => {
    expect(sendOptions('camera', { getSettings: () => ({}) }).encodings).toHaveLength(3);
  });
});
