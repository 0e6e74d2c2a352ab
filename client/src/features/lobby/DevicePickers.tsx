import { ChevronRight, Mic, Video, Volume2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { setPreferences, useDevices, usePreferences, type DeviceChoice } from '../../state';
import { SelectField, Switch, testIds } from '../../ui';
import type { DeviceCheck } from './useDeviceCheck';

/** Camera, microphone and speaker, remembered for next time. */
export function DevicePickers({ check }: { check: DeviceCheck }) {
  const { t } = useTranslation();
  const devices = useDevices();
  const preferences = usePreferences((all) => all);
  const optionsOf = (choices: readonly DeviceChoice[], kind: 'camera' | 'microphone' | 'speaker') => [
    { value: '', label: t('settings.defaultDevice') },
    ...choices.map(({ deviceId, label }, index) => ({ value: deviceId, label: label || `${t(`settings.${kind}`)} ${index + 1}` })),
  ];
  return (
    <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
      <SelectField
        label={t('settings.camera')}
        icon={<Video size={18} />}
        value={preferences.cameraId ?? ''}
        options={optionsOf(devices.cameras, 'camera')}
        onChange={(event) => check.camera.choose(event.target.value)}
        data-testid={testIds.cameraSelect}
      />
      <SelectField
        label={t('settings.microphone')}
        icon={<Mic size={18} />}
        value={preferences.microphoneId ?? ''}
        options={optionsOf(devices.microphones, 'microphone')}
        onChange={(event) => check.microphone.choose(event.target.value)}
        data-testid={testIds.microphoneSelect}
      />
      {devices.speakers.length > 0 && (
        <SelectField
          label={t('settings.speaker')}
          icon={<Volume2 size={18} />}
          value={preferences.speakerId ?? ''}
          options={optionsOf(devices.speakers, 'speaker')}
          onChange={(event) => setPreferences({ speakerId: event.target.value || null })}
          data-testid={testIds.speakerSelect}
        />
      )}
      <details className="group sm:col-span-2 xl:col-span-3">
        <summary className="target flex w-fit list-none items-center gap-1 text-sm text-fg-2 hover:text-fg">
          <ChevronRight size={16} aria-hidden className="transition-transform group-open:rotate-90" />
          {t('lobby.moreOptions')}
        </summary>
        <div className="max-w-md pt-2">
          <Switch
            label={t('settings.noise')}
            hint={t('settings.noiseHint')}
            isOn={preferences.isNoiseSuppressed}
            onChange={(isNoiseSuppressed) => {
              setPreferences({ isNoiseSuppressed });
              if (check.microphone.state === 'on') check.microphone.setOn(true);
            }}
          />
        </div>
      </details>
    </div>
  );
}
