import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

export interface DeviceChoice {
  deviceId: string;
  /** Empty until the person has allowed a camera or microphone. */
  label: string;
}

/** What this machine has. Empty where the browser offers no devices at all (plain HTTP). */
export interface DeviceList {
  cameras: DeviceChoice[];
  microphones: DeviceChoice[];
  /** Empty where the browser cannot choose one (Safari, Firefox before 116). */
  speakers: DeviceChoice[];
}

const store = createStore<DeviceList>(() => ({ cameras: [], microphones: [], speakers: [] }));
let isWatching = false;

export function sortDevices(devices: readonly Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'label'>[]): DeviceList {
  const ofKind = (kind: MediaDeviceKind): DeviceChoice[] =>
    devices.filter((device) => device.kind === kind && device.deviceId !== '').map(({ deviceId, label }) => ({ deviceId, label }));
  return { cameras: ofKind('videoinput'), microphones: ofKind('audioinput'), speakers: ofKind('audiooutput') };
}

/** Reads the list again: after a permission was given, labels and ids appear. */
export async function refreshDevices(): Promise<DeviceList> {
  const devices = await (globalThis.navigator?.mediaDevices?.enumerateDevices().catch(() => []) ?? []);
  store.setState(sortDevices(devices), true);
  return store.getState();
}

function watch(): void {
  if (isWatching) return;
  isWatching = true;
  globalThis.navigator?.mediaDevices?.addEventListener('devicechange', () => void refreshDevices());
  void refreshDevices();
}

/** Cameras, microphones and speakers, kept true while they are plugged and unplugged. */
export function useDevices(): DeviceList {
  useEffect(watch, []);
  return useStore(store);
}
