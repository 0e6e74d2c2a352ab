import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { sortDevices } from './devices';
import { readPreferences } from './preferences';

describe('preferences', () => {
  it('start with a new device id', () => {
    const { deviceId } = readPreferences(null);
    expect(deviceId).toMatch(/^[0-9a-f]{32}$/);
    expect(readPreferences(null).deviceId).not.toBe(deviceId);
  });

  it('keep good values when one is bad', () => {
    const read = readPreferences(JSON.stringify({ name: 'Ann', volume: 'loud', cameraId: 'c1', deviceId: 'abcdefgh' }));
    expect(read).toMatchObject({ name: 'Ann', volume: 1, cameraId: 'c1', deviceId: 'abcdefgh' });
  });

  it('survive whatever is in the storage', () => {
    fc.assert(fc.property(fc.oneof(fc.string(), fc.json()), (stored) => readPreferences(stored).deviceId.length >= 8));
  });
});

describe('devices', () => {
  it('are sorted by kind, without those that the browser hides', () => {
    const device = (kind: MediaDeviceKind, deviceId: string) => ({ kind, deviceId, label: deviceId });
    const list = sortDevices([device('videoinput', 'c'), device('audioinput', ''), device('audioinput', 'm'), device('audiooutput', 's')]);
    expect(list.cameras.map(({ deviceId }) => deviceId)).toEqual(['c']);
    expect(list.microphones.map(({ deviceId }) => deviceId)).toEqual(['m']);
    expect(list.speakers.map(({ deviceId }) => deviceId)).toEqual(['s']);
  });
});
