import type { MediaSource, ParticipantId } from '@lianmai/protocol';
import { ArrowDownToLine, DoorOpen, Mic, MicOff, ScreenShareOff, UserX, VideoOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { useRoom } from '../state';
import { MenuItem, testIds } from '../ui';
import type { PersonQuestion } from './PersonDialogs';
import { useActions, useRunWithToast } from './RoomProvider';
import { BringItems, HostItems, SeatItems } from './SeatItems';
import { isMicrophoneLocked, isMicrophoneOn } from './speaking';
import { useSelf } from './stageSources';

interface ModerationItemsProps {
  participantId: ParticipantId;
  kind: MediaSource;
  /** Opens a confirmation. */
  onAsk: (question: PersonQuestion) => void;
}

/**
 * A moderator's actions on a participant, the same in every menu; co-hosts mute alone. Hosts cannot be taken off the stage or removed.
 */
export function ModerationItems({ participantId: id, kind, onAsk }: ModerationItemsProps) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const self = useSelf();
  const participant = useRoom((room) => room.participants[id]);
  if (!participant || !self) return null;
  if (!self.isModerator && !self.isCoHost) return null;
  if (kind === 'screen') {
    return (
      <MenuItem icon={<ScreenShareOff size={18} />} onSelect={() => run(actions.mute(id, 'screen'))}>
        {t('stage.stopScreen')}
      </MenuItem>
    );
  }
  if (self.id === id) return self.isModerator && <SeatItems participantId={id} />;
  const isHost = participant.isHost;
  const isIn = participant.onStage || participant.isBackstage;
  if (!self.isModerator) return isIn && !isHost && <TrackItems participantId={id} isStream={participant.stream !== undefined} />;
  return (
    <>
      {isIn && <TrackItems participantId={id} isStream={participant.stream !== undefined} />}
      {participant.isBackstage && <BringItems participantId={id} />}
      {participant.onStage && !isHost && <SeatItems participantId={id} />}
      {self.isHost && participant.onStage && !participant.stream && (
        <HostItems participant={participant} onHandOver={() => onAsk('handOver')} />
      )}
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
      {!isHost && !participant.stream && (
        <MenuItem icon={<UserX size={18} />} onSelect={() => onAsk('remove')}>
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
  const isLocked = useRoom((room) => isMicrophoneLocked(room, id));
  const hasSound = useRoom((room) => room.participants[id]?.producers.some((one) => one.source === 'microphone') ?? false);
  const isCameraOn = useRoom((room) => room.participants[id]?.producers.some((one) => one.source === 'camera' && !one.paused) ?? false);
  return (
    <>
      {(hasSound || !isStream) && (isMicOn || !isLocked) && (
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
