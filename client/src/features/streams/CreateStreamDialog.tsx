import { LianmaiError, PlayAccess, StreamName } from '@lianmai/protocol';
import { useState, type SyntheticEvent } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { useOperatorAction, useOperatorAccess } from '../../operator';
import { Button, Dialog, Segmented, testIds, TextField } from '../../ui';
import { isSourceUrl } from './sourceAndOutputUrls';

interface CreateStreamDialogProps {
  isOpen: boolean;
  onClose: () => void;
  onCreated: (id: string) => void;
}

export function CreateStreamDialog({ isOpen, onClose, onCreated }: CreateStreamDialogProps) {
  const { t } = useTranslation();
  const [isShown, setShown] = useState(isOpen);
  const [round, setRound] = useState(0);
  // Each opening starts with an empty form.
  if (isOpen !== isShown) {
    setShown(isOpen);
    if (isOpen) setRound(round + 1);
  }
  return (
    <Dialog isOpen={isOpen} onClose={onClose} title={t('streams.create.title')} closeLabel={t('common.close')}>
      <CreateForm key={round} onClose={onClose} onCreated={onCreated} />
    </Dialog>
  );
}

function CreateForm({ onClose, onCreated }: Omit<CreateStreamDialogProps, 'isOpen'>) {
  const { t } = useTranslation();
  const { session, refresh } = useOperatorAccess();
  const { isBusy, error, run } = useOperatorAction();
  const [name, setName] = useState('');
  const [title, setTitle] = useState('');
  const [source, setSource] = useState('');
  const [playAccess, setPlayAccess] = useState<PlayAccess>('open');
  const [hasTried, setTried] = useState(false);
  const valid = StreamName.safeParse(name.trim());
  const isBadSource = source.trim() !== '' && !isSourceUrl(source);
  const isTaken = error instanceof LianmaiError && error.code === 'CONFLICT';
  const submit = (event: SyntheticEvent) => {
    event.preventDefault();
    setTried(true);
    if (!valid.success || isBadSource) return;
    void run(async () => {
      const made = await session.create({
        app: 'live',
        name: valid.data,
        playAccess,
        ...(title.trim() && { title: title.trim() }),
        ...(source.trim() && { source: { url: source.trim() } }),
      });
      refresh();
      onClose();
      onCreated(made.id);
    });
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-4">
      <TextField
        label={t('streams.create.name')}
        hint={t('streams.create.nameHint')}
        error={hasTried && !valid.success ? t('streams.create.badName') : isTaken ? t('streams.create.taken') : null}
        value={name}
        onChange={(event) => setName(event.target.value)}
        spellCheck={false}
        autoCapitalize="none"
        maxLength={64}
        data-testid={testIds.streamName}
      />
      <TextField
        label={t('streams.create.streamTitle')}
        hint={t('streams.create.titleHint')}
        value={title}
        onChange={(event) => setTitle(event.target.value)}
        maxLength={80}
        data-testid={testIds.streamTitle}
      />
      <div>
        <Segmented
          label={t('streams.create.access')}
          value={playAccess}
          options={PlayAccess.options.map((value) => ({ value, label: t(`streams.access.${value}`) }))}
          onChange={setPlayAccess}
        />
        <p className="mt-1.5 text-sm text-fg-3">{t(`streams.create.accessHint.${playAccess}`)}</p>
      </div>
      <TextField
        label={t('streams.create.source')}
        hint={t('streams.create.sourceHint')}
        error={hasTried && isBadSource ? t('streams.source.bad') : null}
        value={source}
        onChange={(event) => setSource(event.target.value)}
        placeholder="rtsp://…"
        maxLength={2048}
        dir="ltr"
        inputMode="url"
        spellCheck={false}
        autoCapitalize="none"
        data-testid={testIds.streamSource}
      />
      {error !== null && !isTaken && (
        <p role="alert" className="text-sm text-bad">
          {errorText(t, error)}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{t('common.cancel')}</Button>
        <Button type="submit" variant="primary" isBusy={isBusy} data-testid={testIds.confirmStream}>
          {t('streams.create.confirm')}
        </Button>
      </div>
    </form>
  );
}
