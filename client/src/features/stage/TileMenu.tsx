import { ArrowDownToLine, Mic, MicOff, MoreVertical, ScreenShareOff, Sparkle, UserX, VideoOff } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { isMicrophoneOn, useActions, useRun, useSelf, type StageSource } from '../../bindings';
import { useRoom } from '../../state';
import { ConfirmDialog, IconButton, Menu, MenuItem, MenuSeparator, testIds } from '../../ui';

/** What a moderator may do to somebody on stage. Nothing for everybody else. */
export function TileMenu({ source }: { source: StageSource }) {
  const { t } = useTranslation();
  const self = useSelf();
  const [isRemoving, setRemoving] = useState(false);
  const actions = useActions();
  const run = useRun();
  const { participantId: id, name } = source;
  const isLive = useRoom((room) => room.live?.state === 'live');
  if (!self?.isModerator && !(self?.canLive && isLive)) return null;
  return (
    <>
      <Menu trigger={<IconButton look="overlay" label={t('stage.menu', { name })} icon={<MoreVertical size={18} />} data-testid={testIds.tileMenu} />}>
        {self.canLive && isLive && (
          <MenuItem icon={<Sparkle size={18} />} onSelect={() => run(actions.setScene({ layout: 'spotlight', focus: source.id }))}>
            {t('stage.spotlight')}
          </MenuItem>
        )}
        {self.isModerator && <ModeratorItems source={source} onRemove={() => setRemoving(true)} />}
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

function ModeratorItems({ source, onRemove }: { source: StageSource; onRemove: () => void }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRun();
  const { participantId: id } = source;
  const isMicOn = useRoom((room) => isMicrophoneOn(room, id));
  const isCameraOn = useRoom((room) => room.participants[id]?.producers.some((one) => one.source === 'camera' && !one.paused) ?? false);
  const isHost = useRoom((room) => room.participants[id]?.role === 'host');
  if (source.kind === 'screen') {
    return (
      <MenuItem icon={<ScreenShareOff size={18} />} onSelect={() => run(actions.mute(id, 'screen'))}>
        {t('stage.stopScreen')}
      </MenuItem>
    );
  }
  return (
    <>
      {isMicOn ? (
        <MenuItem icon={<MicOff size={18} />} onSelect={() => run(actions.mute(id, 'microphone'))}>
          {t('stage.mute')}
        </MenuItem>
      ) : (
        <MenuItem icon={<Mic size={18} />} onSelect={() => run(actions.askToUnmute(id))}>
          {t('stage.askToUnmute')}
        </MenuItem>
      )}
      {isCameraOn && (
        <MenuItem icon={<VideoOff size={18} />} onSelect={() => run(actions.mute(id, 'camera'))}>
          {t('stage.stopCamera')}
        </MenuItem>
      )}
      {!isHost && (
        <>
          <MenuSeparator />
          <MenuItem icon={<ArrowDownToLine size={18} />} onSelect={() => run(actions.takeDown(id))}>
            {t('stage.takeDown')}
          </MenuItem>
          <MenuItem icon={<UserX size={18} />} onSelect={onRemove}>
            {t('people.remove')}
          </MenuItem>
        </>
      )}
    </>
  );
}
