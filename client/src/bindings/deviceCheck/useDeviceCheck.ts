import { useEffect, useMemo, useRef, useState } from 'react';
import { DeviceError, openCamera, openMicrophone, stopTrack } from '../../session';
import { getPreferences, setPreferences, type DeviceProblem, type InitialTrack, type InitialTracks } from '../../state';

interface CheckedTrack {
  state: 'off' | 'starting' | 'on' | 'failed';
  track: MediaStreamTrack | null;
  problem: DeviceProblem | null;
}

interface CheckedDevice extends CheckedTrack {
  setOn: (isOn: boolean) => void;
  choose: (deviceId: string) => void;
}

export interface DeviceCheck {
  camera: CheckedDevice;
  microphone: CheckedDevice;
  /** Hands over the open tracks, which the caller then owns; true: wanted, but not open yet. */
  handOver: () => InitialTracks;
  /** Takes tracks back after a failed join. Ended ones are opened again. */
  takeBack: (tracks: InitialTracks) => void;
}

type Kind = 'camera' | 'microphone';
const OPEN = { camera: openCamera, microphone: openMicrophone };
const REMEMBERED_ON = { camera: 'isCameraOn', microphone: 'isMicrophoneOn' } as const;
const REMEMBERED_ID = { camera: 'cameraId', microphone: 'microphoneId' } as const;
const OFF: CheckedTrack = { state: 'off', track: null, problem: null };

/** One device in a preview. Only the latest attempt counts, and nothing stays open that is not shown. */
class PreviewDevice {
  private readonly kind: Kind;
  private readonly onChange: (now: CheckedTrack) => void;
  private track: MediaStreamTrack | null = null;
  private attempt = 0;
  private isStarting = false;

  constructor(kind: Kind, onChange: (now: CheckedTrack) => void) {
    this.kind = kind;
    this.onChange = onChange;
  }

  async open(): Promise<void> {
    const attempt = ++this.attempt;
    this.stop();
    this.onChange({ ...OFF, state: 'starting' });
    this.isStarting = true;
    try {
      const track = await OPEN[this.kind]();
      if (attempt !== this.attempt) return stopTrack(track);
      this.track = track;
      track.addEventListener('ended', () => this.track === track && this.onChange({ ...OFF, state: 'failed', problem: 'noDevice' }));
      this.onChange({ state: 'on', track, problem: null });
    } catch (error) {
      if (attempt === this.attempt)
        this.onChange({ ...OFF, state: 'failed', problem: error instanceof DeviceError ? error.problem : 'unknown' });
    } finally {
      if (attempt === this.attempt) this.isStarting = false;
    }
  }

  close(): void {
    this.attempt++;
    this.isStarting = false;
    this.stop();
    this.onChange(OFF);
  }

  give(): InitialTrack {
    this.attempt++;
    const given = this.track ?? this.isStarting;
    this.track = null;
    this.isStarting = false;
    return given;
  }

  take(track: InitialTrack): void {
    if (track === false) return;
    if (track === true || track.readyState === 'ended') void this.open();
    else this.track = track;
  }

  private stop(): void {
    stopTrack(this.track);
    this.track = null;
  }
}

function useCheckedDevice(kind: Kind, isWanted: boolean): [CheckedDevice, PreviewDevice] {
  const [checked, setChecked] = useState<CheckedTrack>(OFF);
  const device = useMemo(() => new PreviewDevice(kind, setChecked), [kind]);
  useEffect(() => {
    if (isWanted && getPreferences()[REMEMBERED_ON[kind]]) void device.open();
    return () => device.close();
  }, [device, kind, isWanted]);
  const setOn = (isOn: boolean) => {
    setPreferences({ [REMEMBERED_ON[kind]]: isOn });
    if (isOn) void device.open();
    else device.close();
  };
  const choose = (deviceId: string) => {
    setPreferences({ [REMEMBERED_ID[kind]]: deviceId === '' ? null : deviceId });
    if (checked.state !== 'off') void device.open();
  };
  return [{ ...checked, setOn, choose }, device];
}

/** Camera and microphone before others see and hear us. Opens nothing that is not wanted, so people who only watch are not asked. */
export function useDeviceCheck(isWanted: boolean, isCameraWanted = isWanted): DeviceCheck {
  const [camera, cameraDevice] = useCheckedDevice('camera', isCameraWanted);
  const [microphone, microphoneDevice] = useCheckedDevice('microphone', isWanted);
  const devices = useRef({ cameraDevice, microphoneDevice });
  const handOver = (): InitialTracks => ({
    camera: devices.current.cameraDevice.give(),
    microphone: devices.current.microphoneDevice.give(),
  });
  const takeBack = (tracks: InitialTracks) => {
    devices.current.cameraDevice.take(tracks.camera);
    devices.current.microphoneDevice.take(tracks.microphone);
  };
  return { camera, microphone, handOver, takeBack };
}
