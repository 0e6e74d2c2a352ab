import { streamKey } from '@lianmai/protocol';
import { useEffect, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useOperatorAccess } from '../../operator';
import { SelectField, testIds } from '../../ui';

interface StreamFilterProps {
  /** `live/cam`. Empty: all streams. */
  value: string;
  onChange: (stream: string) => void;
}

/** Offers every known stream. A deleted one is still reachable by its URL. */
export function StreamFilter({ value, onChange }: StreamFilterProps) {
  const { t } = useTranslation();
  const { session, noticeError } = useOperatorAccess();
  const [paths, setPaths] = useState<string[]>([]);
  useEffect(() => {
    session
      .list()
      .then(({ streams, others }) => setPaths([...streams, ...others].map(streamKey)))
      .catch(noticeError);
  }, [session]);
  const shown = [...new Set([...(value ? [value] : []), ...paths])].sort();
  return (
    <SelectField
      className="max-w-xs"
      label={t('recordings.filter')}
      value={value}
      options={[{ value: '', label: t('recordings.all') }, ...shown.map((path) => ({ value: path, label: path }))]}
      onChange={({ target }) => onChange(target.value)}
      data-testid={testIds.recordingFilter}
    />
  );
}
