import { useTranslation } from 'react-i18next';
import { CopyField } from '../../ui';

interface UrlFieldProps {
  label: string;
  hint?: string;
  value: string;
  /** Shown instead of the value. Copying still yields the value. */
  shown?: string;
  'data-testid'?: string;
}

/** A labelled URL with a copy button. */
export function UrlField({ label, hint, value, shown, ...rest }: UrlFieldProps) {
  const { t } = useTranslation();
  return (
    <div className="flex min-w-0 flex-col gap-1.5">
      <p className="text-sm font-medium text-fg-2">
        {label}
        {hint && <span className="font-normal text-fg-3"> · {hint}</span>}
      </p>
      <CopyField
        {...rest}
        label={label}
        value={value}
        {...(shown !== undefined && { shown })}
        copyLabel={t('common.copy')}
        copiedLabel={t('common.copied')}
      />
    </div>
  );
}
