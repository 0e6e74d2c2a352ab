import type { ParticipantInfo } from '@lianmai/protocol';
import { ArrowDownToLine, ArrowUpFromLine, Mic, MicOff, MoreVertical, UserX, VideoOff, X } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { barsOf, isMicrophoneOn, useActions, useRun, useSelf } from '../../bindings';
import { useRoom } from '../../state';
import { Avatar, Button, ConfirmDialog, IconButton, Menu, MenuItem, MenuSeparator, NetworkBars, testIds } from '../../ui';

export function PersonRow({ participant }: { participant: ParticipantInfo }) {
  const { t } = useTranslation();
  const self = useSelf();
  const { id, name, onStage, role } = participant;
  const isSelf = self?.id === id;
  const isMicOn = useRoom((room) => isMicrophoneOn(room, id));
  const canModerate = self?.isModerator === true && !isSelf;
  const isAway = participant.presence === 'reconnecting';
  const note = isAway ? t('stage.away') : isSelf ? t('people.you') : onStage || role === 'host' ? t(`role.${role}`) : null;
  return (
    <li data-testid={testIds.person} data-participant={id} className="flex min-h-12 items-center gap-3 rounded-md px-2">
      <Avatar name={name} seed={id} className="size-8" />
      <span className="min-w-0 flex-1">
        <bdi className="block truncate">{name}</bdi>
        {note && <span className="block truncate text-fg-3">{note}</span>}
      </span>
      {onStage && <NetworkBars bars={barsOf(participant.quality)} label={t(`quality.${participant.quality}`)} />}
      {onStage &&
        (isMicOn ? (
          <Mic size={16} className="shrink-0 text-fg-2" role="img" aria-label={t('people.micOn')} />
        ) : (
          <MicOff size={16} className="shrink-0 text-fg-3" role="img" aria-label={t('stage.micOff')} />
        ))}
      {canModerate && !onStage && <InviteButton participant={participant} />}
      {canModerate && role !== 'host' && <PersonMenu participant={participant} />}
    </li>
  );
}

function InviteButton({ participant: { id, name } }: { participant: ParticipantInfo }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRun();
  const isInvited = useRoom((room) => room.stage?.invitations.some((one) => one.participantId === id) ?? false);
  if (isInvited) {
    return (
      <Button size="sm" look="ghost" icon={<X size={16} aria-hidden />} aria-label={t('people.cancelInviteName', { name })} onClick={() => run(actions.cancelInvitation(id))}>
        {t('people.invited')}
      </Button>
    );
  }
  return (
    <Button
      size="sm"
      icon={<ArrowUpFromLine size={16} aria-hidden />}
      aria-label={t('people.inviteName', { name })}
      onClick={() => run(actions.invite(id))}
      data-testid={testIds.invitePerson(id)}
    >
      {t('people.invite')}
    </Button>
  );
}

function PersonMenu({ participant }: { participant: ParticipantInfo }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRun();
  const [isRemoving, setRemoving] = useState(false);
  const { id, name, onStage } = participant;
  const isMicOn = useRoom((room) => isMicrophoneOn(room, id));
  const isCameraOn = participant.producers.some((one) => one.source === 'camera' && !one.paused);
  return (
    <>
      <Menu trigger={<IconButton label={t('stage.menu', { name })} icon={<MoreVertical size={18} />} />}>
        {onStage && isMicOn && (
          <MenuItem icon={<MicOff size={18} />} onSelect={() => run(actions.mute(id, 'microphone'))}>
            {t('stage.mute')}
          </MenuItem>
        )}
        {onStage && !isMicOn && (
          <MenuItem icon={<Mic size={18} />} onSelect={() => run(actions.askToUnmute(id))}>
            {t('stage.askToUnmute')}
          </MenuItem>
        )}
        {onStage && isCameraOn && (
          <MenuItem icon={<VideoOff size={18} />} onSelect={() => run(actions.mute(id, 'camera'))}>
            {t('stage.stopCamera')}
          </MenuItem>
        )}
        {onStage && (
          <MenuItem icon={<ArrowDownToLine size={18} />} onSelect={() => run(actions.takeDown(id))}>
            {t('stage.takeDown')}
          </MenuItem>
        )}
        {onStage && <MenuSeparator />}
        <MenuItem icon={<UserX size={18} />} onSelect={() => setRemoving(true)}>
          {t('people.remove')}
        </MenuItem>
      </Menu>
      <ConfirmDialog
        isOpen={isRemoving}
        onClose={() => setRemoving(false)}
        onConfirm={() => {
          setRemoving(false);
          run(actions.remove(id));
        }}
        title={t('people.removeTitle', { name })}
        description={t('people.removeText')}
        confirmLabel={t('people.remove')}
        cancelLabel={t('common.cancel')}
      />
    </>
  );
}
