import type { MediaSource, ParticipantId } from '@lianmai/protocol';
import { ArrowDownToLine, DoorOpen, Mic, MicOff, ScreenShareOff, UserX, VideoOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useRoom } from '../state';
import { MenuItem, testIds } from '../ui';
import { useActions, useRunWithToast } from './RoomProvider';
import { isMicrophoneOn } from './speaking';

interface ModerationItemsProps {
  participantId: ParticipantId;
  kind: MediaSource;
  /** Opens a confirmation. Left out where removing is not offered. */
  onRemove?: () => void;
}

/** A moderator's actions on another participant, the same in every menu. Hosts cannot be taken off the stage or removed. */
export function ModerationItems({ participantId: id, kind, onRemove }: ModerationItemsProps) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const participant = useRoom((room) => room.participants[id]);
  if (!participant) return null;
  if (kind === 'screen') {
    return (
      <MenuItem icon={<ScreenShareOff size={18} />} onSelect={() => run(actions.mute(id, 'screen'))}>
        {t('stage.stopScreen')}
      </MenuItem>
    );
  }
  const isHost = participant.role === 'host';
  const isIn = participant.onStage || participant.isBackstage;
  return (
    <>
      {isIn && <TrackItems participantId={id} isStream={participant.stream !== undefined} />}
      {participant.onStage && !isHost && (
        <MenuItem icon={<DoorOpen size={18} />} onSelect={() => run(actions.sendBackstage(id))} data-testid={testIds.sendBackstage}>
          {t('backstage.send')}
        </MenuItem>
      )}
      {isIn && !isHost && (
        <MenuItem icon={<ArrowDownToLine size={18} />} onSelect={() => run(actions.takeDown(id))}>
          {t(participant.stream ? 'stage.takeStreamDown' : participant.isBackstage ? 'backstage.takeDown' : 'stage.takeDown')}
        </MenuItem>
      )}
      {onRemove && !isHost && !participant.stream && (
        <MenuItem icon={<UserX size={18} />} onSelect={onRemove}>
          {t('people.remove')}
        </MenuItem>
      )}
    </>
  );
}

function TrackItems({
  participantId: id,
  isStream,
}: {
  participantId: ParticipantId;
  /** A stream, so there is nobody to ask. */
  isStream: boolean;
}) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const isMicOn = useRoom((room) => isMicrophoneOn(room, id));
  const hasSound = useRoom((room) => room.participants[id]?.producers.some((one) => one.source === 'microphone') ?? false);
  const isCameraOn = useRoom((room) => room.participants[id]?.producers.some((one) => one.source === 'camera' && !one.paused) ?? false);
  return (
    <>
      {(hasSound || !isStream) && (
        <MenuItem
          icon={isMicOn ? <MicOff size={18} /> : <Mic size={18} />}
          onSelect={() => run(isMicOn ? actions.mute(id, 'microphone') : actions.askToUnmute(id))}
        >
          {t(isMicOn ? 'stage.mute' : isStream ? 'stage.unmute' : 'stage.askToUnmute')}
        </MenuItem>
      )}
      {isCameraOn && !isStream && (
        <MenuItem icon={<VideoOff size={18} />} onSelect={() => run(actions.mute(id, 'camera'))}>
          {t('stage.stopCamera')}
        </MenuItem>
      )}
    </>
  );
}
