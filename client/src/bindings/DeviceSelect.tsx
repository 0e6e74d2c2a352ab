import { Mic, Video, Volume2 } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useDevices, usePreferences } from '../state';
import { SelectField, testIds } from '../ui';

const DEVICES = {
  camera: { Icon: Video, list: 'cameras', chosen: 'cameraId', testId: testIds.cameraSelect },
  microphone: { Icon: Mic, list: 'microphones', chosen: 'microphoneId', testId: testIds.microphoneSelect },
  speaker: { Icon: Volume2, list: 'speakers', chosen: 'speakerId', testId: testIds.speakerSelect },
} as const;

/** Chooses a camera, microphone or speaker. `onChoose` gets '' for the browser's default. */
export function DeviceSelect({ kind, onChoose }: { kind: keyof typeof DEVICES; onChoose: (deviceId: string) => void }) {
  const { t } = useTranslation();
  const { Icon, list, chosen, testId } = DEVICES[kind];
  const devices = useDevices()[list];
  const value = usePreferences((all) => all[chosen]) ?? '';
  const label = t(`settings.${kind}`);
  const options = devices.map((device, index) => ({ value: device.deviceId, label: device.label || `${label} ${index + 1}` }));
  return (
    <SelectField
      label={label}
      icon={<Icon size={18} />}
      value={value}
      options={[{ value: '', label: t('settings.defaultDevice') }, ...options]}
      onChange={({ target }) => onChoose(target.value)}
      data-testid={testId}
    />
  );
}
