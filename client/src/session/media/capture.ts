import { getPreferences, refreshDevices } from '../../state';
import { DeviceError, deviceProblemOf } from './deviceProblem';

/** Three simulcast layers fit 720p. */
export const CAMERA = { width: { ideal: 1280 }, height: { ideal: 720 }, frameRate: { ideal: 30, max: 30 } } as const;
const SCREEN = { width: { max: 1920 }, height: { max: 1080 }, frameRate: { ideal: 15, max: 30 } } as const;

/** Pages on plain HTTP have no `mediaDevices` at all. That differs from a browser that lacks support. */
function mediaDevices(): MediaDevices {
  const devices = (globalThis.navigator as Partial<Navigator> | undefined)?.mediaDevices;
  if (devices) return devices;
  throw new DeviceError(globalThis.isSecureContext ? 'notSupported' : 'insecureOrigin');
}

async function openOne(
  kind: 'audio' | 'video',
  constraints: (deviceId: string | null) => MediaTrackConstraints,
  deviceId: string | null,
): Promise<MediaStreamTrack> {
  const devices = mediaDevices();
  const ask = async (id: string | null) => (await devices.getUserMedia({ [kind]: constraints(id) })).getTracks()[0];
  try {
    // A remembered device that was unplugged must not keep the person out. Any other will do.
    const track = await ask(deviceId).catch((error: unknown) => {
      if (deviceId !== null && deviceProblemOf(error) === 'noDevice') return ask(null);
      throw error;
    });
    if (!track) throw new DeviceError('noDevice');
    void refreshDevices();
    return track;
  } catch (error) {
    throw error instanceof DeviceError ? error : new DeviceError(deviceProblemOf(error), error);
  }
}

/** null or empty: the browser's default. */
const exactly = (deviceId: string | null) => (deviceId ? { deviceId: { exact: deviceId } } : {});

/** Opens the given or the remembered camera. Throws DeviceError. The caller must stop the track or hand it to `joinRoom`. */
export const openCamera = (deviceId: string | null = getPreferences().cameraId): Promise<MediaStreamTrack> =>
  openOne('video', (id) => ({ ...CAMERA, ...exactly(id) }), deviceId);

export const openMicrophone = (deviceId: string | null = getPreferences().microphoneId): Promise<MediaStreamTrack> => {
  const { isNoiseSuppressed } = getPreferences();
  const processing = { echoCancellation: true, noiseSuppression: isNoiseSuppressed, autoGainControl: isNoiseSuppressed, channelCount: 1 };
  return openOne('audio', (id) => ({ ...processing, ...exactly(id) }), deviceId);
};

interface ScreenTracks {
  video: MediaStreamTrack;
  /** The sound of the tab or system, if the browser offers it and the person ticked the box. */
  audio: MediaStreamTrack | null;
}

/** Asks for a screen, window or tab. Closing the browser's dialog counts as `permissionDenied`. */
export async function openScreen(): Promise<ScreenTracks> {
  const devices = mediaDevices();
  if (!('getDisplayMedia' in devices)) throw new DeviceError('notSupported');
  try {
    const audio = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
    const stream = await devices.getDisplayMedia({ video: SCREEN, audio });
    const [video] = stream.getVideoTracks();
    if (!video) throw new DeviceError('noDevice');
    // Text must stay sharp, so drop frames rather than detail.
    video.contentHint = 'detail';
    return { video, audio: stream.getAudioTracks()[0] ?? null };
  } catch (error) {
    throw error instanceof DeviceError ? error : new DeviceError(deviceProblemOf(error), error);
  }
}

export const stopTrack = (track: MediaStreamTrack | null | undefined): void => track?.stop();
