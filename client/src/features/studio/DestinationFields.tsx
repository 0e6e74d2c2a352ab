import { Eye, EyeOff, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton, testIds, TextField } from '../../ui';
import { problemOf, type Destination } from './destination';

interface DestinationFieldsProps {
  value: Destination;
  onChange: (value: Destination) => void;
  /** Shows problems only after the first try, not while somebody types. */
  isChecked: boolean;
  onRemove?: (() => void) | undefined;
}

/** Server and stream key. The key is masked, and kept out of browsers and password managers. */
export function DestinationFields({ value, onChange, isChecked, onRemove }: DestinationFieldsProps) {
  const { t } = useTranslation();
  const [isKeyShown, setKeyShown] = useState(false);
  const problem = isChecked ? problemOf(value) : null;
  return (
    <div className="flex flex-col gap-3">
      <div className="flex items-end gap-1">
        <TextField
          className="flex-1"
          label={t('outputs.server')}
          value={value.server}
          maxLength={2000}
          dir="ltr"
          inputMode="url"
          spellCheck={false}
          autoCapitalize="none"
          placeholder="rtmp://…"
          error={problem ? t(`outputs.problem.${problem}`) : null}
          onChange={(event) => onChange({ ...value, server: event.target.value })}
          data-testid={testIds.outputUrl}
        />
        {onRemove && <IconButton label={t('outputs.removeRow')} icon={<Trash2 size={20} />} onClick={onRemove} className="size-11" />}
      </div>
      <TextField
        label={t('outputs.key')}
        hint={t('outputs.keyHint')}
        type={isKeyShown ? 'text' : 'password'}
        autoComplete="new-password"
        data-1p-ignore=""
        data-lpignore="true"
        value={value.key}
        maxLength={1000}
        dir="ltr"
        spellCheck={false}
        onChange={(event) => onChange({ ...value, key: event.target.value })}
        trailing={
          <IconButton
            label={isKeyShown ? t('outputs.hideKey') : t('outputs.showKey')}
            icon={isKeyShown ? <EyeOff size={20} /> : <Eye size={20} />}
            onClick={() => setKeyShown(!isKeyShown)}
          />
        }
        data-testid={testIds.outputKey}
      />
    </div>
  );
}
