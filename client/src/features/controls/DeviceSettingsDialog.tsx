import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { DeviceSelect, useActions, useRunWithToast } from '../../bindings';
import { meterLevel } from '../../session';
import { setPreferences, useDevices, usePreferences, useRoom } from '../../state';
import { Dialog, LiveMeter, Switch } from '../../ui';

/** Changes devices during the call. */
export function DeviceSettingsDialog({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('settings.title')} closeLabel={t('common.close')}>
      <Devices />
    </Dialog>
  );
}

function Devices() {
  const { t } = useTranslation();
  const hasSpeakers = useDevices().speakers.length > 0;
  const preferences = usePreferences((all) => all);
  const actions = useActions();
  const run = useRunWithToast();
  const track = useRoom((room) => (room.local.microphone.state === 'on' ? room.local.microphone.track : null));
  const level = useMemo(() => (track ? (listener: (level: number) => void) => meterLevel(track, listener) : null), [track]);
  return (
    <div className="flex flex-col gap-5">
      <DeviceSelect kind="microphone" onChoose={(id) => run(actions.chooseDevice('audioinput', id))} />
      <LiveMeter source={level} label={t('lobby.micLevel')} className="-mt-2" />
      <Switch
        label={t('settings.noise')}
        hint={t('settings.noiseHint')}
        isOn={preferences.isNoiseSuppressed}
        onChange={(isNoiseSuppressed) => {
          setPreferences({ isNoiseSuppressed });
          // Takes effect when the same microphone is opened again.
          run(actions.chooseDevice('audioinput', preferences.microphoneId ?? ''));
        }}
      />
      <DeviceSelect kind="camera" onChoose={(id) => run(actions.chooseDevice('videoinput', id))} />
      {hasSpeakers && <DeviceSelect kind="speaker" onChoose={(id) => run(actions.chooseDevice('audiooutput', id))} />}
    </div>
  );
}
