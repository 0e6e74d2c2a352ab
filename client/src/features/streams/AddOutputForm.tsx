import { LianmaiError, type StreamReply } from '@lianmai/protocol';
import { Eye, EyeOff, Plus } from 'lucide-react';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { useOperatorAction, useOperatorAccess } from '../../operator';
import { Button, IconButton, testIds, TextField } from '../../ui';
import { outputKindOf, toOutputRequest } from './sourceAndOutputUrls';

const EMPTY = { url: '', key: '' };

/** Adds a destination: RTMP with a separate key, as services provide it, or SRT in one line. */
export function AddOutputForm({ stream }: { stream: StreamReply }) {
  const { t } = useTranslation();
  const { session, refresh } = useOperatorAccess();
  const { isBusy, error, run } = useOperatorAction();
  const [value, setValue] = useState(EMPTY);
  const [hasTried, setTried] = useState(false);
  const request = toOutputRequest(value);
  const isFull = error instanceof LianmaiError && error.code === 'CONFLICT';
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (!request) return;
    void run(() => session.addOutput(stream.id, request)).then((isDone) => {
      if (!isDone) return;
      setValue(EMPTY);
      setTried(false);
      refresh();
    });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-3 rounded-lg bg-surface-2 p-4">
      <div className="grid gap-3 sm:grid-cols-2">
        <TextField
          className={outputKindOf(value.url) === 'srt' ? 'sm:col-span-2' : ''}
          label={t('streams.outputs.url')}
          value={value.url}
          onChange={({ target }) => setValue({ ...value, url: target.value })}
          placeholder="rtmp://… · srt://…"
          maxLength={2000}
          dir="ltr"
          inputMode="url"
          spellCheck={false}
          autoCapitalize="none"
          error={hasTried && !request ? t('streams.outputs.bad') : null}
          data-testid={testIds.outputUrl}
        />
        {outputKindOf(value.url) !== 'srt' && <KeyField value={value.key} onChange={(key) => setValue({ ...value, key })} />}
      </div>
      {error !== null && (
        <p role="alert" className="text-sm text-bad">
          {isFull ? t('streams.outputs.tooMany') : errorText(t, error)}
        </p>
      )}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p className="min-w-0 flex-1 basis-56 text-fg-3">{t('streams.outputs.text')}</p>
        <Button
          type="submit"
          variant="primary"
          icon={<Plus size={18} aria-hidden />}
          isBusy={isBusy}
          disabled={value.url.trim() === ''}
          data-testid={testIds.confirmOutput}
        >
          {t('streams.outputs.add')}
        </Button>
      </div>
    </form>
  );
}

/** Masked, and kept out of browsers and password managers. */
function KeyField({ value, onChange }: { value: string; onChange: (key: string) => void }) {
  const { t } = useTranslation();
  const [isShown, setShown] = useState(false);
  return (
    <TextField
      label={t('streams.outputs.key')}
      type={isShown ? 'text' : 'password'}
      autoComplete="new-password"
      data-1p-ignore=""
      data-lpignore="true"
      value={value}
      maxLength={1000}
      dir="ltr"
      spellCheck={false}
      onChange={({ target }) => onChange(target.value)}
      trailing={
        <IconButton
          label={isShown ? t('streams.publish.hide') : t('streams.publish.show')}
          icon={isShown ? <EyeOff size={20} /> : <Eye size={20} />}
          onClick={() => setShown(!isShown)}
        />
      }
      data-testid={testIds.outputKey}
    />
  );
}
