import type { PullInfo, StreamReply } from '@lianmai/protocol';
import { useState, type SyntheticEvent } from 'react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { useOperatorAction, useOperatorAccess } from '../../operator';
import { NextRetry } from '../../outputs';
import { Button, Pill, testIds, TextField, type PillTone } from '../../ui';
import { isSourceUrl } from './sourceAndOutputUrls';
import { SettingsSection } from './SettingsSection';

/** The URL that the server fetches the stream from, and its state. Without one, somebody must publish. */
export function SourceSection({ stream }: { stream: StreamReply }) {
  const { t } = useTranslation();
  const { session, refresh } = useOperatorAccess();
  const { isBusy, error, run } = useOperatorAction();
  const saved = stream.source?.url ?? '';
  const [url, setUrl] = useState(saved);
  const [hasTried, setTried] = useState(false);
  const isChanged = url.trim() !== saved;
  const isWrong = url.trim() !== '' && !isSourceUrl(url);
  const save = (next: string) =>
    void run(() => session.update(stream.id, { source: next === '' ? null : { url: next } })).then((isDone) => {
      if (!isDone) return;
      setUrl(next);
      refresh();
    });
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (!isWrong) save(url.trim());
  };
  return (
    <SettingsSection title={t('streams.source.title')} text={t('streams.source.text')}>
      <form onSubmit={submit} className="flex flex-wrap items-start gap-2">
        <TextField
          className="flex-1 basis-64"
          label={t('streams.source.url')}
          value={url}
          onChange={({ target }) => setUrl(target.value)}
          placeholder="rtsp://…"
          maxLength={2048}
          dir="ltr"
          inputMode="url"
          spellCheck={false}
          autoCapitalize="none"
          error={hasTried && isWrong ? t('streams.source.bad') : error === null ? null : errorText(t, error)}
          data-testid={testIds.streamSource}
        />
        <div className="flex gap-2 sm:mt-[26px]">
          <Button type="submit" variant="primary" isBusy={isBusy} disabled={!isChanged} data-testid={testIds.saveSource}>
            {t('streams.save')}
          </Button>
          {saved !== '' && (
            <Button onClick={() => save('')} disabled={isBusy} className="bg-surface-3">
              {t('streams.source.remove')}
            </Button>
          )}
        </div>
      </form>
      {stream.pull && <PullState pull={stream.pull} />}
    </SettingsSection>
  );
}

const TONES: Record<PullInfo['state'], PillTone> = { connecting: 'warn', live: 'good', retrying: 'warn', failed: 'bad' };

/** The state in a word, the reason, and the URL without its secrets. */
function PullState({ pull }: { pull: PullInfo }) {
  const { t } = useTranslation();
  const { state, url, reason, retries, nextRetryAtMs } = pull;
  return (
    <div className="flex flex-col gap-1.5" data-testid={testIds.pullState} data-state={state}>
      <p className="flex min-w-0 items-center gap-2">
        <Pill tone={TONES[state]} className="bg-surface-3">
          {t(`streams.source.state.${state}`)}
        </Pill>
        <span className="truncate text-fg-3" dir="ltr">
          {url}
        </span>
      </p>
      {reason && state !== 'live' && <p className="text-fg-2">{reasonText(t, reason.code)}</p>}
      {nextRetryAtMs !== null && state !== 'live' && (
        <p className="tabular text-fg-3">
          <NextRetry atMs={nextRetryAtMs} retries={retries} />
        </p>
      )}
    </div>
  );
}

const EXPLAINED_CODES = [
  'BAD_REQUEST',
  'ADDRESS_FORBIDDEN',
  'NOT_FOUND',
  'CONFLICT',
  'DESTINATION_UNREACHABLE',
  'DESTINATION_CLOSED',
  'DESTINATION_STALLED',
  'DESTINATION_REFUSED',
  'UNSUPPORTED',
] as const;

/** The error table speaks of destinations and files, so a source has texts of its own. */
function reasonText(t: TFunction, code: NonNullable<PullInfo['reason']>['code']): string {
  const worded = EXPLAINED_CODES.find((one) => one === code);
  return worded ? t(`streams.source.problem.${worded}`) : t(`errors.${code}`);
}
