import { RecordFormat, streamKey, type RecordRule, type StreamReply } from '@lianmai/protocol';
import type { TFunction } from 'i18next';
import { Film } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { useOperatorAction, useOperatorAccess } from '../../operator';
import { Button, Segmented, SelectField, Switch, testIds } from '../../ui';
import { SettingsSection } from './SettingsSection';

/** Seconds. 0: one file per broadcast. */
const LENGTHS = [0, 300, 900, 1800, 3600, 4 * 3600];

/** The stream's recording settings. Saved as a whole, because every change starts a new file. */
export function RecordSection({ stream }: { stream: StreamReply }) {
  const { t } = useTranslation();
  const { session, refresh } = useOperatorAccess();
  const { isBusy, error, run } = useOperatorAction();
  // undefined: unchanged.
  const [draft, setDraft] = useState<RecordRule | null | undefined>(undefined);
  const rule = draft === undefined ? stream.record : draft;
  const isChanged = JSON.stringify(rule) !== JSON.stringify(stream.record);
  const save = () =>
    void run(() => session.update(stream.id, { record: rule })).then((isDone) => {
      if (isDone) refresh();
    });
  return (
    <SettingsSection title={t('streams.record.title')} text={t('streams.record.text')}>
      <Switch
        label={t('streams.record.isOn')}
        isOn={rule !== null}
        onChange={(isOn) => setDraft(isOn ? (stream.record ?? { format: 'mp4', segmentSeconds: null }) : null)}
        data-testid={testIds.recordSwitch}
      />
      {rule && (
        <div className="grid gap-3 sm:grid-cols-2 [&_[role=radiogroup]]:bg-surface-3">
          <Segmented
            label={t('streams.record.format')}
            value={rule.format}
            options={RecordFormat.options.map((value) => ({ value, label: value.toUpperCase() }))}
            onChange={(format) => setDraft({ ...rule, format })}
            data-testid={testIds.recordFormat}
          />
          <SelectField
            label={t('streams.record.segment')}
            value={String(rule.segmentSeconds ?? 0)}
            options={lengthsWith(rule.segmentSeconds).map((seconds) => ({ value: String(seconds), label: lengthText(t, seconds) }))}
            onChange={({ target }) => setDraft({ ...rule, segmentSeconds: Number(target.value) || null })}
            data-testid={testIds.recordSegment}
          />
        </div>
      )}
      {error !== null && (
        <p role="alert" className="text-sm text-bad">
          {errorText(t, error)}
        </p>
      )}
      <div className="flex flex-wrap items-center justify-between gap-2">
        <a
          href={`/recordings?stream=${streamKey(stream)}`}
          className="target inline-flex items-center gap-2 rounded-md bg-surface-3 px-3 text-sm font-medium transition-colors hover:bg-surface-1"
        >
          <Film size={18} aria-hidden />
          {t('streams.record.toRecordings')}
        </a>
        <Button variant="primary" isBusy={isBusy} disabled={!isChanged} onClick={save} data-testid={testIds.saveRecord}>
          {t('streams.save')}
        </Button>
      </div>
    </SettingsSection>
  );
}

/** The API accepts any length, so the current one is added to the choices. */
const lengthsWith = (seconds: number | null): number[] => [...new Set([...LENGTHS, seconds ?? 0])].sort((one, other) => one - other);

function lengthText(t: TFunction, seconds: number): string {
  if (seconds === 0) return t('streams.record.whole');
  if (seconds % 3600 === 0) return t('streams.record.hours', { count: seconds / 3600 });
  return seconds % 60 === 0 ? t('streams.record.minutes', { count: seconds / 60 }) : t('streams.record.seconds', { count: seconds });
}
