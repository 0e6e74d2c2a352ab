import { DisplayName } from '@lianmai/protocol';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { getPreferences, setPreferences, type AudienceActions } from '../../state';

/** A name being entered, and what is done with it: it is remembered, and the audience goes on under it. */
export function useRename(actions: AudienceActions, then: () => unknown) {
  const { t } = useTranslation();
  const [name, setName] = useState(() => getPreferences().name);
  const [problem, setProblem] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [isBusy, setBusy] = useState(false);
  const submit = async () => {
    const parsed = DisplayName.safeParse(name);
    if (!parsed.success) return setProblem(t('lobby.nameMissing'));
    setBusy(true);
    setError(null);
    try {
      await actions.rename(parsed.data);
      setPreferences({ name: parsed.data });
      await then();
    } catch (thrown) {
      setError(errorText(t, thrown));
    } finally {
      setBusy(false);
    }
  };
  const write = (text: string) => {
    setName(text);
    setProblem(null);
  };
  return { name, write, problem, error, isBusy, submit: () => void submit() };
}
