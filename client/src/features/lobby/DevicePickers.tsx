import { ChevronRight } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { DeviceSelect, type DeviceCheck } from '../../bindings';
import { setPreferences, useDevices, usePreferences } from '../../state';
import { Switch } from '../../ui';

/** Camera, microphone and speaker, remembered for next time. */
export function DevicePickers({ check }: { check: DeviceCheck }) {
  const { t } = useTranslation();
  const hasSpeakers = useDevices().speakers.length > 0;
  const isNoiseSuppressed = usePreferences((all) => all.isNoiseSuppressed);
  return (
    <div className="grid gap-4 sm:grid-cols-2 xl:grid-cols-3">
      <DeviceSelect kind="camera" onChoose={(id) => check.camera.choose(id)} />
      <DeviceSelect kind="microphone" onChoose={(id) => check.microphone.choose(id)} />
      {hasSpeakers && <DeviceSelect kind="speaker" onChoose={(id) => setPreferences({ speakerId: id || null })} />}
      <details className="group sm:col-span-2 xl:col-span-3">
        <summary className="target flex w-fit list-none items-center gap-1 text-sm text-fg-2 hover:text-fg">
          <ChevronRight size={16} aria-hidden className="transition-transform group-open:rotate-90" />
          {t('lobby.moreOptions')}
        </summary>
        <div className="max-w-md pt-2">
          <Switch
            label={t('settings.noise')}
            hint={t('settings.noiseHint')}
            isOn={isNoiseSuppressed}
            onChange={(isOn) => {
              setPreferences({ isNoiseSuppressed: isOn });
              if (check.microphone.state === 'on') check.microphone.setOn(true);
            }}
          />
        </div>
      </details>
    </div>
  );
}
