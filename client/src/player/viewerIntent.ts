import type { LatencyPreference } from './latencyTiers';

/** The viewer's wishes, as the player carries them out. */
export interface ViewerIntent {
  readonly preference: LatencyPreference;
  /** How many seconds behind live the viewer wants to be. null: live. */
  readonly behindSeconds: number | null;
  /** The viewer is waiting for another option, so the switch need not wait for steady playback. */
  readonly isSwitchUrgent: boolean;
  /** After a long pause the transport is closed until the viewer resumes. */
  readonly isParked: boolean;
}

export type ViewerEvent =
  | { type: 'broadcastLoaded' }
  | { type: 'restarted' }
  | { type: 'preferenceChosen'; preference: LatencyPreference; isPlaying: boolean }
  | { type: 'liveRequested' }
  /** `isInWindow`: the present picture can seek there by itself. */
  | { type: 'rewindRequested'; behindSeconds: number; isInWindow: boolean }
  | { type: 'rewindFailed' }
  | { type: 'stalledTooOften' }
  | { type: 'switchConsidered' }
  | { type: 'pauseTimedOut' };

export const initialIntent = (preference: LatencyPreference): ViewerIntent => ({
  preference,
  behindSeconds: null,
  isSwitchUrgent: false,
  isParked: false,
});

/** Pure: knows neither videos nor timers. */
export function nextIntent(intent: ViewerIntent, event: ViewerEvent): ViewerIntent {
  switch (event.type) {
    case 'broadcastLoaded':
      return initialIntent(intent.preference);
    case 'restarted':
      return { ...intent, isParked: false };
    case 'preferenceChosen':
      // With nothing on the screen, the player starts over with the new preference anyway.
      return { ...intent, preference: event.preference, isSwitchUrgent: intent.isSwitchUrgent || event.isPlaying };
    case 'liveRequested':
      return { ...intent, behindSeconds: null, isSwitchUrgent: intent.isSwitchUrgent || intent.behindSeconds !== null, isParked: false };
    case 'rewindRequested':
      return {
        ...intent,
        behindSeconds: event.behindSeconds,
        isSwitchUrgent: intent.isSwitchUrgent || !event.isInWindow,
        isParked: false,
      };
    case 'rewindFailed':
      return { ...intent, behindSeconds: null };
    case 'stalledTooOften':
      return { ...intent, isSwitchUrgent: true };
    case 'switchConsidered':
      return { ...intent, isSwitchUrgent: false };
    case 'pauseTimedOut':
      return { ...intent, isParked: true };
  }
}
