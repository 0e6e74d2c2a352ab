import { DisplayName, type Role } from '@lianmai/protocol';
import type { TFunction } from 'i18next';
import { Dices, Eye, LogIn, Radio } from 'lucide-react';
import { useState, type SubmitEvent, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { errorText } from '../../i18n';
import { setPreferences, usePreferences } from '../../state';
import { Button, IconButton, testIds, TextField } from '../../ui';
import type { Invited, Offer } from './joinOffer';
import { suggestRoomName, toRoomName } from './roomName';
import type { LobbyAnswer } from './useLobbyRoom';

interface JoinFormProps {
  room: string;
  /** undefined: the URL names the room. */
  onRoomChange?: (room: string) => void;
  /** On the front page: goes on to the room's own lobby, which asks for a name. */
  onNamed?: () => void;
  invited: Invited | null;
  answer: LobbyAnswer;
  offer: Offer;
  joining: Role | null;
  error: unknown;
  onJoin: (role: Role, name: string) => void;
}

const ICONS: Record<Role, ReactNode> = { host: <Radio size={20} />, guest: <LogIn size={20} />, viewer: <Eye size={20} /> };

/** Room, name, and one button that says what will happen. */
export function JoinForm({ room, onRoomChange, onNamed, invited, answer, offer, joining, error, onJoin }: JoinFormProps) {
  const { t } = useTranslation();
  const storedName = usePreferences((all) => all.name);
  const [isNameMissing, setNameMissing] = useState(false);
  const name = invited?.name ?? storedName;

  const submit = (role: Role | null) => {
    if (!role) return;
    const parsed = DisplayName.safeParse(name);
    setNameMissing(!parsed.success);
    if (parsed.success) return onJoin(role, parsed.data);
    onNamed?.();
    document.querySelector<HTMLInputElement>(`[data-testid="${testIds.nameInput}"]`)?.focus();
  };
  const onSubmit = (event: SubmitEvent) => {
    event.preventDefault();
    submit(offer.primary);
  };

  return (
    <form onSubmit={onSubmit} noValidate className="flex flex-col gap-4">
      {onRoomChange && (
        <TextField
          label={t('lobby.room')}
          value={room}
          maxLength={300}
          spellCheck={false}
          autoCapitalize="none"
          dir="ltr"
          placeholder={t('lobby.roomPlaceholder')}
          error={offer.obstacle === 'badName' ? t('lobby.badRoomName') : null}
          hint={roomHint(t, answer)}
          onChange={(event) => onRoomChange(toRoomName(event.target.value))}
          trailing={<IconButton label={t('lobby.suggest')} icon={<Dices size={20} />} onClick={() => onRoomChange(suggestRoomName())} />}
          data-testid={testIds.roomInput}
        />
      )}
      <TextField
        label={t('lobby.name')}
        value={name}
        maxLength={80}
        autoComplete="nickname"
        enterKeyHint="go"
        dir="auto"
        disabled={invited !== null}
        placeholder={t('lobby.namePlaceholder')}
        error={isNameMissing && name.trim() === '' ? t('lobby.nameMissing') : null}
        onChange={(event) => setPreferences({ name: event.target.value })}
        data-testid={testIds.nameInput}
      />
      <Obstacle offer={offer} answer={answer} />
      {error != null && (
        <p role="alert" data-testid={testIds.lobbyError} className="rounded-md bg-surface-2 px-4 py-3 text-base">
          {errorText(t, error)}
        </p>
      )}
      <div className="flex flex-col gap-2">
        <Button
          type="submit"
          variant="primary"
          size="lg"
          disabled={!offer.primary}
          isBusy={joining !== null && joining === offer.primary}
          icon={ICONS[offer.primary ?? 'guest']}
          data-testid={onRoomChange ? testIds.createRoom : testIds.joinRoom}
          data-role={offer.primary ?? undefined}
        >
          {actionLabel(t, offer, answer)}
        </Button>
        {offer.secondary && (
          <Button
            variant="ghost"
            icon={<Eye size={20} />}
            isBusy={joining === 'viewer'}
            onClick={() => submit('viewer')}
            data-testid={testIds.watchRoom}
          >
            {t('lobby.watchOnly')}
          </Button>
        )}
      </div>
    </form>
  );
}

function actionLabel(t: TFunction, { primary }: Offer, answer: LobbyAnswer): string {
  if (primary === 'host' && answer.state === 'known' && answer.info.exists) return t('lobby.rejoinAsHost');
  return primary ? t(`lobby.action.${primary}`) : t('lobby.action.none');
}

function roomHint(t: TFunction, answer: LobbyAnswer): string | undefined {
  if (answer.state !== 'known') return t('lobby.roomHint');
  const { exists, isNameTaken, hostName, participants } = answer.info;
  if (!exists && isNameTaken) return t('lobby.roomHint');
  if (!exists) return t('lobby.roomIsNew');
  return hostName ? t('lobby.roomHostedBy', { name: hostName, count: participants }) : t('lobby.roomHasPeople', { count: participants });
}

function Obstacle({ offer, answer }: { offer: Offer; answer: LobbyAnswer }) {
  const { t } = useTranslation();
  if (!offer.obstacle || offer.obstacle === 'badName') return null;
  const text =
    offer.obstacle === 'nameTaken'
      ? t('errors.NAME_TAKEN')
      : offer.obstacle === 'failed' && answer.state === 'failed'
        ? errorText(t, answer.error)
        : t(`lobby.obstacle.${offer.obstacle}`);
  return (
    <p role="status" className="rounded-md bg-surface-2 px-4 py-3 text-base">
      {text}
    </p>
  );
}
