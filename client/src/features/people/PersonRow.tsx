import { sourceIdOf, streamKey, type ParticipantInfo } from '@lianmai/protocol';
import { ArrowUpFromLine, Lock, Mic, MicOff, MoreVertical, X } from 'lucide-react';
import type { TFunction } from 'i18next';
import { useTranslation } from 'react-i18next';
import {
  awayLabelOf,
  barsOf,
  isMicrophoneLocked,
  isMicrophoneOn,
  ModerationMenu,
  useActions,
  useRunWithToast,
  useSelf,
} from '../../bindings';
import { useRoom } from '../../state';
import { Avatar, IconButton, NetworkBars, StreamMark, testIds } from '../../ui';

interface PersonRowProps {
  participant: ParticipantInfo;
  /** In the row of a numbered seat, which is a list item already and has less room. */
  isInSeat?: boolean;
}

export function PersonRow({ participant, isInSeat = false }: PersonRowProps) {
  const { t } = useTranslation();
  const Row = isInSeat ? 'div' : 'li';
  const self = useSelf();
  const { id, name, onStage, isBackstage, isHost, stream } = participant;
  const isSelf = self?.id === id;
  const isInvited = useRoom((room) => room.stage?.invitations.some((one) => one.participantId === id) ?? false);
  const mayModerate = self?.isModerator === true && (isSelf ? onStage : !isHost);
  const mayAssist = self !== null && (self.isModerator || self.isCoHost) && !isSelf && !isHost;
  const bars = barsOf(participant.quality);
  const isIn = onStage || isBackstage;
  const note = noteOf(t, participant, { isSelf, isInvited });
  return (
    <Row
      data-testid={testIds.person}
      data-participant={id}
      data-stream={stream && streamKey(stream)}
      className="flex min-h-12 min-w-0 flex-1 items-center gap-3 rounded-md px-2"
    >
      {stream ? <StreamMark label={t('people.stream')} /> : <Avatar name={name} id={sourceIdOf(id, 'camera')} className="size-8" />}
      <span className="min-w-0 flex-1">
        <span className="block truncate">
          <bdi>{name}</bdi>
        </span>
        {note && <span className="block truncate text-fg-3">{note}</span>}
      </span>
      {onStage && !stream && (!isInSeat || bars < 3) && <NetworkBars bars={bars} label={t(`quality.${participant.quality}`)} />}
      {onStage && <MicMark participant={participant} />}
      {mayAssist && !isIn && !stream && <InviteButton participant={participant} isInvited={isInvited} />}
      {(mayModerate || (mayAssist && isIn)) && (
        <ModerationMenu
          participantId={id}
          name={name}
          trigger={<IconButton label={t('stage.menu', { name })} icon={<MoreVertical size={18} />} data-testid={testIds.seatMenu} />}
        />
      )}
    </Row>
  );
}

function noteOf(t: TFunction, participant: ParticipantInfo, { isSelf, isInvited }: { isSelf: boolean; isInvited: boolean }): string {
  const { isHost, isCoHost, stream } = participant;
  const away = awayLabelOf(participant);
  const role = isHost ? t('role.host') : isCoHost ? t('people.coHost') : null;
  const known = isSelf ? t('people.you') : isInvited ? t('people.invited') : null;
  return [away && t(away), !away && known, !away && role, stream && streamKey(stream)].filter(Boolean).join(' · ');
}

function MicMark({ participant: { id } }: { participant: ParticipantInfo }) {
  const { t } = useTranslation();
  const isOn = useRoom((room) => isMicrophoneOn(room, id));
  const isLocked = useRoom((room) => isMicrophoneLocked(room, id));
  if (isLocked) {
    return (
      <span role="img" aria-label={t('seats.micLocked')} title={t('seats.micLocked')} className="flex shrink-0 items-center text-fg-2">
        <MicOff size={16} aria-hidden />
        <Lock size={12} aria-hidden />
      </span>
    );
  }
  return isOn ? (
    <Mic size={16} className="shrink-0 text-fg-2" role="img" aria-label={t('people.micOn')} />
  ) : (
    <MicOff size={16} className="shrink-0 text-fg-3" role="img" aria-label={t('stage.micOff')} />
  );
}

function InviteButton({ participant: { id, name }, isInvited }: { participant: ParticipantInfo; isInvited: boolean }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  if (isInvited) {
    return (
      <IconButton
        variant="filled"
        label={t('people.cancelInviteName', { name })}
        icon={<X size={18} />}
        onClick={() => run(actions.cancelInvitation(id))}
      />
    );
  }
  return (
    <IconButton
      label={t('people.inviteName', { name })}
      icon={<ArrowUpFromLine size={18} />}
      onClick={() => run(actions.invite(id))}
      data-testid={testIds.invitePerson(id)}
    />
  );
}
