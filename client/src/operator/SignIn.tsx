import { LianmaiError } from '@lianmai/protocol';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../i18n';
import { Button, testIds, TextField } from '../ui';

interface SignInProps {
  hasExpired: boolean;
  onSignIn: (key: string, secret: string) => Promise<void>;
}

export function SignIn({ hasExpired, onSignIn }: SignInProps) {
  const { t } = useTranslation();
  const [key, setKey] = useState('');
  const [secret, setSecret] = useState('');
  const [state, setState] = useState<{ isBusy: boolean; error: string | null }>({ isBusy: false, error: null });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setState({ isBusy: true, error: null });
    onSignIn(key.trim(), secret.trim()).catch((error: unknown) => {
      const isWrong = error instanceof LianmaiError && (error.code === 'UNAUTHENTICATED' || error.code === 'BAD_REQUEST');
      setState({ isBusy: false, error: isWrong ? t('streams.signIn.wrong') : errorText(t, error) });
    });
  };
  return (
    <form onSubmit={submit} className="mx-auto flex w-full max-w-sm flex-col gap-4 rounded-lg bg-surface-1 p-6">
      <div>
        <h2 className="text-lg font-semibold">{t('streams.signIn.title')}</h2>
        <p className="mt-1 text-sm text-fg-2">{hasExpired ? t('streams.signIn.expired') : t('streams.signIn.text')}</p>
      </div>
      <TextField
        label={t('streams.signIn.key')}
        value={key}
        onChange={(event) => setKey(event.target.value)}
        autoComplete="username"
        spellCheck={false}
        required
        data-testid={testIds.apiKey}
      />
      <TextField
        label={t('streams.signIn.secret')}
        type="password"
        value={secret}
        onChange={(event) => setSecret(event.target.value)}
        autoComplete="current-password"
        required
        error={state.error}
        data-testid={testIds.apiSecret}
      />
      <Button type="submit" variant="primary" isBusy={state.isBusy} disabled={!key.trim() || !secret.trim()} data-testid={testIds.signIn}>
        {t('streams.signIn.action')}
      </Button>
    </form>
  );
}
