import { sourceIdOf, streamKey, type ParticipantInfo } from '@lianmai/protocol';
import { ArrowUpFromLine, Mic, MicOff, MoreVertical, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import {
  awayLabelOf,
  barsOf,
  isMicrophoneOn,
  ModerationItems,
  RemovePersonDialog,
  useActions,
  useRunWithToast,
  useSelf,
} from '../../bindings';
import { useRoom } from '../../state';
import { Avatar, IconButton, Menu, NetworkBars, StreamMark, testIds } from '../../ui';

export function PersonRow({ participant }: { participant: ParticipantInfo }) {
  const { t } = useTranslation();
  const self = useSelf();
  const { id, name, onStage, isBackstage, role, stream } = participant;
  const isSelf = self?.id === id;
  const isMicOn = useRoom((room) => isMicrophoneOn(room, id));
  const canModerate = self?.isModerator === true && !isSelf;
  const isInvited = useRoom((room) => room.stage?.invitations.some((one) => one.participantId === id) ?? false);
  const away = awayLabelOf(participant);
  const known = isSelf ? t('people.you') : isInvited ? t('people.invited') : role === 'host' ? t('role.host') : null;
  const note = [away ? t(away) : known, stream && streamKey(stream)].filter(Boolean).join(' · ');
  return (
    <li
      data-testid={testIds.person}
      data-participant={id}
      data-stream={stream && streamKey(stream)}
      className="flex min-h-12 items-center gap-3 rounded-md px-2"
    >
      {stream ? <StreamMark label={t('people.stream')} /> : <Avatar name={name} id={sourceIdOf(id, 'camera')} className="size-8" />}
      <span className="min-w-0 flex-1">
        <span className="block truncate">
          <bdi>{name}</bdi>
        </span>
        {note && <span className="block truncate text-fg-3">{note}</span>}
      </span>
      {onStage && !stream && <NetworkBars bars={barsOf(participant.quality)} label={t(`quality.${participant.quality}`)} />}
      {onStage &&
        (isMicOn ? (
          <Mic size={16} className="shrink-0 text-fg-2" role="img" aria-label={t('people.micOn')} />
        ) : (
          <MicOff size={16} className="shrink-0 text-fg-3" role="img" aria-label={t('stage.micOff')} />
        ))}
      {canModerate && !onStage && !isBackstage && !stream && <InviteButton participant={participant} isInvited={isInvited} />}
      {canModerate && role !== 'host' && <PersonMenu participant={participant} />}
    </li>
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

function PersonMenu({ participant: { id, name } }: { participant: ParticipantInfo }) {
  const { t } = useTranslation();
  const [isRemoving, setRemoving] = useState(false);
  return (
    <>
      <Menu trigger={<IconButton label={t('stage.menu', { name })} icon={<MoreVertical size={18} />} />}>
        <ModerationItems participantId={id} kind="camera" onRemove={() => setRemoving(true)} />
      </Menu>
      <RemovePersonDialog id={id} name={name} isOpen={isRemoving} onClose={() => setRemoving(false)} />
    </>
  );
}
