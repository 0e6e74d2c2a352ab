import { useEffect } from 'react';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';

export interface DeviceChoice {
  deviceId: string;
  /** Empty until the person allows a camera or microphone. */
  label: string;
}

/** This machine's devices. Empty if the browser offers none (plain HTTP). */
export interface DeviceList {
  cameras: DeviceChoice[];
  microphones: DeviceChoice[];
  /** Empty if the browser cannot choose a speaker (Safari, Firefox before 116). */
  speakers: DeviceChoice[];
}

const store = createStore<DeviceList>(() => ({ cameras: [], microphones: [], speakers: [] }));
let isWatching = false;

export function sortDevices(devices: readonly Pick<MediaDeviceInfo, 'kind' | 'deviceId' | 'label'>[]): DeviceList {
  const ofKind = (kind: MediaDeviceKind): DeviceChoice[] =>
    devices.filter((device) => device.kind === kind && device.deviceId !== '').map(({ deviceId, label }) => ({ deviceId, label }));
  return { cameras: ofKind('videoinput'), microphones: ofKind('audioinput'), speakers: ofKind('audiooutput') };
}

/** Reads the list again. Labels and ids appear once a permission has been granted. */
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

/** Cameras, microphones and speakers, updated as they are plugged in and unplugged. */
export function useDevices(): DeviceList {
  useEffect(watch, []);
  return useStore(store);
}
