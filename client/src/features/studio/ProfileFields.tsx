import { EncoderName, Orientation, ProfileName, X264Preset } from '@lianmai/protocol';
import { ChevronRight, RectangleHorizontal, RectangleVertical } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Segmented, SelectField, testIds, TextField } from '../../ui';
import { useProfile } from './programDraft';

const clampRate = (text: string, [low, high]: readonly [number, number]) => Math.min(high, Math.max(low, Math.round(Number(text)) || low));
const VIDEO_KBPS = [200, 20_000] as const;
const AUDIO_KBPS = ['64', '96', '128', '160', '192', '320'];

/** Size and orientation in sight. Rates and encoder are folded away, because the defaults suit most people. */
export function ProfileFields() {
  const { t } = useTranslation();
  const { chosen, setProfile } = useProfile();
  return (
    <div className="flex flex-col gap-4">
      <div className="grid gap-4 sm:grid-cols-2">
        <Segmented
          label={t('profile.size')}
          value={chosen.name}
          options={ProfileName.options.map((value) => ({ value, label: value }))}
          onChange={(name) => setProfile({ name })}
          data-testid={testIds.profileSelect}
        />
        <Segmented
          label={t('profile.shape')}
          value={chosen.orientation}
          options={Orientation.options.map((value) => ({
            value,
            label: t(`profile.${value}`),
            icon: value === 'landscape' ? <RectangleHorizontal size={18} aria-hidden /> : <RectangleVertical size={18} aria-hidden />,
          }))}
          onChange={(orientation) => setProfile({ orientation })}
          data-testid={testIds.orientationSelect}
        />
      </div>
      <details className="group">
        <summary className="target flex w-fit list-none items-center gap-1 text-fg-2 hover:text-fg">
          <ChevronRight size={16} aria-hidden className="transition-transform group-open:rotate-90" />
          {t('profile.more')}
        </summary>
        <div className="grid gap-4 pt-2 sm:grid-cols-2">
          <TextField
            key={chosen.name}
            label={t('profile.videoBitrate')}
            type="number"
            min={VIDEO_KBPS[0]}
            max={VIDEO_KBPS[1]}
            step={100}
            defaultValue={chosen.videoBitrateKbps}
            onBlur={(event) => {
              const videoBitrateKbps = clampRate(event.target.value, VIDEO_KBPS);
              event.target.value = String(videoBitrateKbps);
              setProfile({ videoBitrateKbps });
            }}
          />
          <SelectField
            label={t('profile.audioBitrate')}
            value={String(chosen.audioBitrateKbps)}
            options={AUDIO_KBPS.map((value) => ({ value, label: `${value} kb/s` }))}
            onChange={(event) => setProfile({ audioBitrateKbps: Number(event.target.value) })}
          />
          <SelectField
            label={t('profile.preset')}
            hint={t('profile.presetHint')}
            value={chosen.preset}
            options={X264Preset.options.map((value) => ({ value, label: value }))}
            onChange={(event) => setProfile({ preset: X264Preset.parse(event.target.value) })}
          />
          <SelectField
            label={t('profile.encoder')}
            hint={t('profile.encoderHint')}
            value={chosen.encoder}
            options={EncoderName.options.map((value) => ({ value, label: value }))}
            onChange={(event) => setProfile({ encoder: EncoderName.parse(event.target.value) })}
          />
        </div>
      </details>
    </div>
  );
}
