import { useState } from 'react';
import { useActions, useDeviceCheck, type DeviceCheck } from '../../bindings';
import type { InitialTracks } from '../../state';

export interface PreviewState {
  check: DeviceCheck;
  isSoundOnly: boolean;
  setSoundOnly: (isSoundOnly: boolean) => void;
  isBusy: boolean;
  error: unknown;
  /**
   * Prepares what the person sees and hears now, so that they arrive with it, then acts. `keepOpen`: they arrive at once, with the same
   * tracks. Returns whether it worked; otherwise the preview goes on.
   */
  run: (act: () => Promise<void>, options: { keepOpen: boolean }) => Promise<boolean>;
}

const NOTHING: InitialTracks = { camera: false, microphone: false };

/** Camera and microphone before coming on stage. */
export function usePreview(startsSoundOnly: boolean): PreviewState {
  const actions = useActions();
  const [isSoundOnly, setSoundOnlyState] = useState(startsSoundOnly);
  const [isBusy, setBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const check = useDeviceCheck(true, !isSoundOnly);
  const setSoundOnly = (next: boolean) => {
    setSoundOnlyState(next);
    // Somebody who comes for their voice alone wants to be heard.
    if (next && check.microphone.state === 'off') check.microphone.setOn(true);
  };
  const run: PreviewState['run'] = async (act, { keepOpen }) => {
    setBusy(true);
    setError(null);
    const tracks = keepOpen ? check.handOver() : wantedOf(check);
    actions.prepare(tracks);
    try {
      await act();
      return true;
    } catch (thrown) {
      actions.prepare(NOTHING);
      if (keepOpen) check.takeBack(tracks);
      setError(thrown);
      return false;
    } finally {
      setBusy(false);
    }
  };
  return { check, isSoundOnly, setSoundOnly, isBusy, error, run };
}

const isWanted = ({ state }: DeviceCheck['camera']) => state === 'on' || state === 'starting';
const wantedOf = ({ camera, microphone }: DeviceCheck): InitialTracks => ({ camera: isWanted(camera), microphone: isWanted(microphone) });
