import { MoreVertical, Sparkle } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ModerationMenu, useActions, useRunWithToast, useSelf, type StageSource } from '../../bindings';
import { useRoom } from '../../state';
import { IconButton, MenuItem, testIds } from '../../ui';

/** The actions of moderators and co-hosts on a participant on stage. Empty for everyone else. */
export function TileMenu({ source }: { source: StageSource }) {
  const { t } = useTranslation();
  const self = useSelf();
  const actions = useActions();
  const run = useRunWithToast();
  const { participantId, name, kind } = source;
  const isLive = useRoom((room) => room.program?.state === 'live');
  const hostId = useRoom((room) => room.stage?.host ?? null);
  const canSpotlight = self?.canLive === true && isLive;
  const isForCoHost = self?.isCoHost === true && kind === 'camera' && participantId !== hostId;
  if (!self?.isModerator && !isForCoHost && !canSpotlight) return null;
  return (
    <ModerationMenu
      participantId={participantId}
      name={name}
      kind={kind}
      trigger={
        <IconButton variant="overlay" label={t('stage.menu', { name })} icon={<MoreVertical size={18} />} data-testid={testIds.tileMenu} />
      }
    >
      {canSpotlight && (
        <MenuItem icon={<Sparkle size={18} />} onSelect={() => run(actions.setScene({ layout: 'spotlight', focus: source.id }))}>
          {t('stage.spotlight')}
        </MenuItem>
      )}
    </ModerationMenu>
  );
}
