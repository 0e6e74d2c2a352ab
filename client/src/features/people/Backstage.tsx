import { hasFreeSeat, type ParticipantId } from '@lianmai/protocol';
import { MoreVertical, RadioTower } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { ModerationMenu, SourceTile, useActions, useBackstageSources, useRunWithToast, type StageSource } from '../../bindings';
import { useRoom } from '../../state';
import { Button, IconButton, testIds } from '../../ui';
import { Wish } from './Wish';

/** People who have been let in, as moderators see and hear them. One click brings them on air. */
export function Backstage() {
  const { t } = useTranslation();
  const sources = useBackstageSources();
  const isFull = useRoom(({ stage }) => stage !== null && !hasFreeSeat(stage));
  if (sources.length === 0) return <p className="px-4 pb-3 text-fg-3">{t('backstage.none')}</p>;
  return (
    <>
      <ul className="flex flex-col gap-3 px-2 pb-2" data-testid={testIds.backstage}>
        {sources.map((source) => (
          <li key={source.id} className="flex flex-col gap-2">
            <Picture source={source} />
            {source.kind === 'camera' && <BackstageWish participantId={source.participantId} />}
            {source.kind === 'camera' && <Actions source={source} isFull={isFull} />}
          </li>
        ))}
      </ul>
      {isFull && <p className="px-4 pb-3 text-sm text-fg-2">{t('people.stageFull')}</p>}
    </>
  );
}

function BackstageWish({ participantId }: { participantId: ParticipantId }) {
  const wish = useRoom(({ stage }) => stage?.backstage.find((one) => one.participantId === participantId));
  return wish ? <Wish {...wish} /> : null;
}

function Picture({ source }: { source: StageSource }) {
  const { t } = useTranslation();
  const isCamera = source.kind === 'camera';
  return (
    <SourceTile
      size="sm"
      source={source}
      name={isCamera ? source.name : t('room.screenOf', { name: source.name })}
      fit={isCamera ? 'cover' : 'contain'}
      isMirrored={source.isSelf && isCamera}
      className="relative aspect-video overflow-hidden rounded-lg"
    />
  );
}

function Actions({ source: { participantId: id, name, isSelf }, isFull }: { source: StageSource; isFull: boolean }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  return (
    <div className="flex gap-2">
      <Button
        size="sm"
        variant="primary"
        icon={<RadioTower size={18} aria-hidden />}
        disabled={isFull}
        aria-label={t('backstage.bringName', { name })}
        onClick={() => run(actions.bringOnAir(id))}
        className="flex-1"
        data-testid={testIds.bringOnAir}
        data-participant={id}
      >
        {t('backstage.bring')}
      </Button>
      {!isSelf && (
        <ModerationMenu
          participantId={id}
          name={name}
          trigger={<IconButton variant="filled" label={t('stage.menu', { name })} icon={<MoreVertical size={18} />} />}
        />
      )}
    </div>
  );
}
