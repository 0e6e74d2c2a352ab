import { Mic, Video, Volume2 } from 'lucide-react';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import { useActions, useRunWithToast } from '../../bindings';
import { meterLevel } from '../../session';
import { setPreferences, useDevices, usePreferences, useRoom, type DeviceChoice } from '../../state';
import { Dialog, LiveMeter, SelectField, Switch, testIds } from '../../ui';

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
  const devices = useDevices();
  const preferences = usePreferences((all) => all);
  const actions = useActions();
  const run = useRunWithToast();
  const track = useRoom((room) => (room.local.microphone.state === 'on' ? room.local.microphone.track : null));
  const level = useMemo(() => (track ? (listener: (level: number) => void) => meterLevel(track, listener) : null), [track]);
  const optionsOf = (choices: readonly DeviceChoice[], kind: 'camera' | 'microphone' | 'speaker') => [
    { value: '', label: t('settings.defaultDevice') },
    ...choices.map(({ deviceId, label }, index) => ({ value: deviceId, label: label || `${t(`settings.${kind}`)} ${index + 1}` })),
  ];
  return (
    <div className="flex flex-col gap-5">
      <SelectField
        label={t('settings.microphone')}
        icon={<Mic size={18} />}
        value={preferences.microphoneId ?? ''}
        options={optionsOf(devices.microphones, 'microphone')}
        onChange={(event) => run(actions.chooseDevice('audioinput', event.target.value))}
        data-testid={testIds.microphoneSelect}
      />
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
      <SelectField
        label={t('settings.camera')}
        icon={<Video size={18} />}
        value={preferences.cameraId ?? ''}
        options={optionsOf(devices.cameras, 'camera')}
        onChange={(event) => run(actions.chooseDevice('videoinput', event.target.value))}
        data-testid={testIds.cameraSelect}
      />
      {devices.speakers.length > 0 && (
        <SelectField
          label={t('settings.speaker')}
          icon={<Volume2 size={18} />}
          value={preferences.speakerId ?? ''}
          options={optionsOf(devices.speakers, 'speaker')}
          onChange={(event) => run(actions.chooseDevice('audiooutput', event.target.value))}
          data-testid={testIds.speakerSelect}
        />
      )}
    </div>
  );
}
