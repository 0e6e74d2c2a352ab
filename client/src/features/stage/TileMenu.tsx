import { MoreVertical, Sparkle } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ModerationItems, RemovePersonDialog, useActions, useRunWithToast, useSelf, type StageSource } from '../../bindings';
import { useRoom } from '../../state';
import { IconButton, Menu, MenuItem, testIds } from '../../ui';

/** A moderator's actions on a participant on stage. Empty for everyone else. */
export function TileMenu({ source }: { source: StageSource }) {
  const { t } = useTranslation();
  const self = useSelf();
  const [isRemoving, setRemoving] = useState(false);
  const actions = useActions();
  const run = useRunWithToast();
  const { participantId, name, kind } = source;
  const isLive = useRoom((room) => room.program?.state === 'live');
  const canSpotlight = self?.canLive === true && isLive;
  if (!self?.isModerator && !canSpotlight) return null;
  return (
    <>
      <Menu
        trigger={
          <IconButton
            variant="overlay"
            label={t('stage.menu', { name })}
            icon={<MoreVertical size={18} />}
            data-testid={testIds.tileMenu}
          />
        }
      >
        {canSpotlight && (
          <MenuItem icon={<Sparkle size={18} />} onSelect={() => run(actions.setScene({ layout: 'spotlight', focus: source.id }))}>
            {t('stage.spotlight')}
          </MenuItem>
        )}
        {self.isModerator && <ModerationItems participantId={participantId} kind={kind} onRemove={() => setRemoving(true)} />}
      </Menu>
      <RemovePersonDialog id={participantId} name={name} isOpen={isRemoving} onClose={() => setRemoving(false)} />
    </>
  );
}
