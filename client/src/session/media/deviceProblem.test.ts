import { describe, expect, it } from 'vitest';
import { openCamera } from './capture';
import { DeviceError, deviceProblemOf } from './deviceProblem';

const thrown = (name: string) => Object.assign(new Error('x'), { name });

describe('device problems', () => {
  it('are grouped by what the person can do about them', () => {
    expect(deviceProblemOf(thrown('NotAllowedError'))).toBe('permissionDenied');
    expect(deviceProblemOf(thrown('NotReadableError'))).toBe('deviceBusy');
    expect(deviceProblemOf(thrown('NotFoundError'))).toBe('noDevice');
    expect(deviceProblemOf(thrown('OverconstrainedError'))).toBe('noDevice');
    expect(deviceProblemOf(thrown('Whatever'))).toBe('unknown');
    expect(deviceProblemOf(undefined)).toBe('unknown');
    expect(deviceProblemOf(new DeviceError('insecureOrigin'))).toBe('insecureOrigin');
  });

  it('include a page on plain HTTP', async () => {
    await expect(openCamera()).rejects.toMatchObject({ problem: 'insecureOrigin' });
  });
});
