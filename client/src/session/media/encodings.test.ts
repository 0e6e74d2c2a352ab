import { describe, expect, it } from 'vitest';
import { cameraEncodings, sendOptions } from './encodings';

const settings = (width: number, height: number) => ({ getSettings: () => ({ width, height }) });

describe('what is sent', () => {
  it('a 720p camera has three layers, the largest of them whole', () => {
    const layers = cameraEncodings({ width: 1280, height: 720 });
    expect(layers.map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual([4, 2, 1]);
    expect(layers.map(({ maxBitrate }) => maxBitrate)).toEqual([150_000, 500_000, 1_700_000]);
  });

  it('a small camera has two, because browsers never send the third', () => {
    expect(cameraEncodings({ width: 640, height: 360 }).map(({ scaleResolutionDownBy }) => scaleResolutionDownBy)).toEqual([2, 1]);
    expect(cameraEncodings({ width: 959, height: 540 })).toHaveLength(2);
  });

  it('a phone held upright counts like one held across', () => {
    expect(cameraEncodings({ width: 720, height: 1280 })).toHaveLength(3);
  });

  it('every layer has the same temporal layers', () => {
    expect(new Set(cameraEncodings({ width: 1280, height: 720 }).map(({ scalabilityMode }) => scalabilityMode)).size).toBe(1);
  });

  it('a screen has one layer, voice is mono with DTX, the sound of a film is neither', () => {
    expect(sendOptions('screen', settings(1920, 1080)).encodings).toHaveLength(1);
    expect(sendOptions('microphone', settings(0, 0)).codecOptions).toMatchObject({
      opusDtx: true,
      opusFec: true,
      opusNack: true,
      opusStereo: false,
    });
    expect(sendOptions('screenAudio', settings(0, 0)).codecOptions).toMatchObject({ opusDtx: false, opusStereo: true });
  });

  it('a camera that does not tell its size counts as what was asked for', () => {
    expect(sendOptions('camera', { getSettings: () => ({}) }).encodings).toHaveLength(3);
  });
});
