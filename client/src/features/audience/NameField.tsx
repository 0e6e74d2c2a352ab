import { useTranslation } from 'react-i18next';
import { testIds, TextField } from '../../ui';

interface NameFieldProps {
  name: string;
  problem: string | null;
  hint?: string;
  onChange: (name: string) => void;
}

export function NameField({ name, problem, hint, onChange }: NameFieldProps) {
  const { t } = useTranslation();
  return (
    <TextField
      label={t('lobby.name')}
      value={name}
      maxLength={80}
      autoComplete="nickname"
      dir="auto"
      placeholder={t('lobby.namePlaceholder')}
      hint={hint}
      error={problem}
      onChange={(event) => onChange(event.target.value)}
      data-testid={testIds.nameInput}
    />
  );
}
