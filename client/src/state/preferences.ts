import { z } from 'zod';
import { useStore } from 'zustand';
import { createStore } from 'zustand/vanilla';
import { randomId } from './randomId';

const STORAGE_KEY = 'lianmai.preferences';

/** The settings that this browser remembers. Each field falls back on its own, so that one bad value does not lose the others. */
const Preferences = z.object({
  name: z.string().max(80).catch(''),
  /** Tells one nameless viewer from another: Guest 1234. */
  guestNumber: z
    .number()
    .int()
    .min(1000)
    .max(9999)
    .catch(() => 1000 + Math.floor(Math.random() * 9000)),
  /** Random. Identifies this browser to the lobby when it issues a token. */
  deviceId: z
    .string()
    .regex(/^[A-Za-z0-9-]{8,64}$/)
    .catch(randomId),
  /** Ids of the chosen devices. null: the browser's default. */
  cameraId: z.string().nullable().catch(null),
  microphoneId: z.string().nullable().catch(null),
  speakerId: z.string().nullable().catch(null),
  /** The person last joined with the camera or microphone on. */
  isCameraOn: z.boolean().catch(true),
  isMicrophoneOn: z.boolean().catch(true),
  /** Noise suppression and automatic gain, which accompany echo cancellation. */
  isNoiseSuppressed: z.boolean().catch(true),
  /** 0..1, for the others' sound and for the player. */
  volume: z.number().min(0).max(1).catch(1),
  /** The viewer has muted the player. */
  isWatchMuted: z.boolean().catch(false),
  /** How close to the event the viewer wants to watch. */
  latencyPreference: z.enum(['auto', 'lowest', 'low', 'balanced', 'stable']).catch('auto'),
  lastRoom: z.string().nullable().catch(null),
  /** null: the browser's language. */
  lang: z.enum(['zh-CN', 'en']).nullable().catch(null),
});
export type Preferences = z.infer<typeof Preferences>;

export function readPreferences(stored: string | null): Preferences {
  const read = Preferences.safeParse(fromJson(stored));
  return read.success ? read.data : Preferences.parse({});
}

function fromJson(stored: string | null): unknown {
  try {
    return JSON.parse(stored ?? '{}');
  } catch {
    return null;
  }
}

/** Storage may be forbidden (private windows, blocked cookies). Preferences then last as long as the page. */
function storage(): Storage | null {
  try {
    return typeof localStorage === 'undefined' ? null : localStorage;
  } catch {
    return null;
  }
}

function save(preferences: Preferences): void {
  try {
    storage()?.setItem(STORAGE_KEY, JSON.stringify(preferences));
  } catch {
    // Full or forbidden. The page works without it.
  }
}

const store = createStore<Preferences>(() => readPreferences(storage()?.getItem(STORAGE_KEY) ?? null));
save(store.getState());
store.subscribe(save);

export const getPreferences = (): Preferences => store.getState();
export const setPreferences = (patch: Partial<Preferences>): void => store.setState(patch);
export const subscribePreferences = (listener: (now: Preferences, before: Preferences) => void): (() => void) => store.subscribe(listener);
export const usePreferences = <T>(selector: (preferences: Preferences) => T): T => useStore(store, selector);
