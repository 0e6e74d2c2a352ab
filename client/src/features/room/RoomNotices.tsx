import { ERRORS } from '@lianmai/protocol';
import type { TFunction } from 'i18next';
import { Mic } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { placeOf, useActions, useRunWithToast, useSelf, useToasts } from '../../bindings';
import { errorText } from '../../i18n';
import { useRoom, type RoomNotice } from '../../state';
import { Button, Dialog, testIds, Toast, ToastProvider } from '../../ui';

/** Shows moderators' actions and errors as toasts. A request to speak needs an answer, so it is a dialog. */
export function RoomNotices() {
  const { t } = useTranslation();
  const actions = useActions();
  const { messages, dismiss } = useToasts();
  const notices = useRoom((room) => room.notices);
  const asked = notices.find((notice) => notice.kind === 'unmuteAsked');
  return (
    <ToastProvider label={t('common.notices')}>
      {notices
        .filter((notice) => notice.kind !== 'unmuteAsked')
        .map((notice) => (
          <NoticeToast key={notice.id} notice={notice} />
        ))}
      {messages.map((message) => (
        <Toast key={`m${message.id}`} closeLabel={t('common.close')} onClose={() => dismiss(message.id)} data-testid={testIds.notice}>
          {message.text}
        </Toast>
      ))}
      <StageToast />
      {asked && <UnmuteDialog by={asked} onClose={() => actions.dismissNotice(asked.id)} />}
    </ToastProvider>
  );
}

function NoticeToast({ notice }: { notice: RoomNotice }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const byName = useRoom((room) => ('by' in notice && notice.by ? (room.participants[notice.by]?.name ?? '') : ''));
  const close = { closeLabel: t('common.close'), onClose: () => actions.dismissNotice(notice.id), 'data-testid': testIds.notice };
  if (notice.kind === 'mutedByHost' && notice.by === null) return <Toast {...close}>{t('notice.microphoneLocked')}</Toast>;
  if (notice.kind === 'mutedByHost') {
    const unmute = { label: t('notice.unmute'), onClick: () => run(actions.setMic(true)) };
    return (
      <Toast {...close} {...(notice.source === 'microphone' && { action: unmute })}>
        {t(`notice.muted.${notice.source}`, { name: byName })}
      </Toast>
    );
  }
  if (notice.kind === 'stageRequestRefused') return <Toast {...close}>{refusalText(t, notice)}</Toast>;
  if (notice.kind === 'stageInvitationExpired') return <Toast {...close}>{t('notice.invitationExpired')}</Toast>;
  if (notice.kind === 'failed') return <Toast {...close}>{notice.code in ERRORS ? errorText(t, notice) : notice.message}</Toast>;
  return null;
}

function refusalText(t: TFunction, { outcome, reason }: Extract<RoomNotice, { kind: 'stageRequestRefused' }>): string {
  if (outcome === 'expired') return t('notice.requestExpired');
  return reason ? t('notice.declinedBecause', { reason }) : t('notice.declined');
}

function UnmuteDialog({ by, onClose }: { by: Extract<RoomNotice, { kind: 'unmuteAsked' }>; onClose: () => void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const name = useRoom((room) => room.participants[by.by]?.name ?? t('role.host'));
  const unmute = () => {
    run(actions.setMic(true));
    onClose();
  };
  return (
    <Dialog
      isOpen
      onClose={onClose}
      title={t('notice.askedTitle', { name })}
      description={t('notice.askedText')}
      closeLabel={t('common.close')}
      width="sm"
      actions={
        <>
          <Button onClick={onClose}>{t('notice.stayMuted')}</Button>
          <Button variant="primary" icon={<Mic size={18} aria-hidden />} onClick={unmute}>
            {t('notice.unmute')}
          </Button>
        </>
      }
    />
  );
}

/** Announces that we came on stage or backstage, or left. Coming in offers to turn everything on with one click. */
function StageToast() {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const self = useSelf();
  const place = self ? placeOf(self) : undefined;
  const isSilent = useRoom(({ local }) => local.camera.state === 'off' && local.microphone.state === 'off');
  const isSeen = useRoom(({ local }) => local.camera.state !== 'off');
  const [movedTo, setMovedTo] = useState<typeof place>();
  const before = useRef(place);
  useEffect(() => {
    if (before.current && place && before.current !== place) setMovedTo(place);
    before.current = place;
  }, [place]);
  const turnOn = () => {
    run(actions.setMic(true));
    run(actions.setCamera(true));
  };
  const close = { closeLabel: t('common.close'), onClose: () => setMovedTo(undefined), 'data-testid': testIds.notice };
  if (!movedTo) return null;
  if (movedTo === 'audience') return <Toast {...close}>{t('notice.offStage')}</Toast>;
  if (!isSilent)
    return <Toast {...close}>{t(movedTo === 'stage' ? (isSeen ? 'notice.onAir' : 'notice.onAirSound') : 'backstage.here')}</Toast>;
  return (
    <Toast {...close} action={{ label: t('notice.turnOn'), onClick: turnOn }}>
      {t(movedTo === 'stage' ? 'notice.onStage' : 'notice.letIn')}
    </Toast>
  );
}
