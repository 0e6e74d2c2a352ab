import { arrange, type SourceId } from '@lianmai/protocol';
import { ArrowLeft, ArrowRight, Eye, EyeOff, Maximize, MoreVertical, Volume2, VolumeX } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ModerationMenu, SourceTile, useActions, useRunWithToast, useStageSources, type StageSource } from '../../bindings';
import { useRoom } from '../../state';
import { cx, DbMeter, IconButton, MenuItem, MenuSeparator, Slider, testIds } from '../../ui';
import { useScene } from './programDraft';
import { registerSourceVideo } from './sourceVideos';

interface StageStripCardProps {
  source: StageSource;
  position: number;
  count: number;
}

export function StageStripCard({ source, position, count }: StageStripCardProps) {
  const { t } = useTranslation();
  const { scene, setScene } = useScene();
  const isHidden = scene.hidden.includes(source.id);
  const isFocus = scene.focus === source.id;
  const name = source.kind === 'screen' ? t('room.screenOf', { name: source.name }) : source.name;
  const setHidden = (hidden: boolean) =>
    setScene({ hidden: hidden ? [...scene.hidden, source.id] : scene.hidden.filter((id) => id !== source.id) });
  return (
    <div
      className={cx('flex flex-col rounded-lg bg-surface-1', isFocus && 'ring-2 ring-fg-3')}
      data-testid={testIds.stripSource}
      data-source={source.id}
    >
      <StripPicture source={source} name={name} isHidden={isHidden} />
      <div className="flex items-center justify-between">
        <IconButton
          variant={isHidden ? 'on' : 'plain'}
          label={isHidden ? t('strip.show', { name }) : t('strip.hide', { name })}
          icon={isHidden ? <EyeOff size={18} /> : <Eye size={18} />}
          aria-pressed={!isHidden}
          onClick={() => setHidden(!isHidden)}
          data-testid={testIds.sourceHide}
        />
        <IconButton
          label={t('strip.large', { name })}
          icon={<Maximize size={18} />}
          disabled={isHidden}
          onClick={() => setScene({ focus: source.id, ...(usesFocus(scene.layout) ? {} : { layout: 'spotlight' }) })}
        />
        <ModerationMenu
          participantId={source.participantId}
          name={source.name}
          kind={source.kind}
          trigger={<IconButton label={t('stage.menu', { name })} icon={<MoreVertical size={18} />} data-testid={testIds.tileMenu} />}
        >
          <OrderItems id={source.id} position={position} count={count} />
          <MenuSeparator />
        </ModerationMenu>
      </div>
      <SourceSound source={source} name={name} />
    </div>
  );
}

const usesFocus = (name: string) => name !== 'auto' && name !== 'grid';

function StripPicture({ source, name, isHidden }: { source: StageSource; name: string; isHidden: boolean }) {
  const onElement = useMemo(() => registerSourceVideo(source.id), [source.id]);
  return (
    <SourceTile
      size="sm"
      source={source}
      name={name}
      fit={source.kind === 'camera' ? 'cover' : 'contain'}
      onElement={onElement}
      className={cx('aspect-video overflow-hidden rounded-lg', isHidden && 'opacity-50')}
    />
  );
}

const GAIN = { min: -30, max: 12, step: 1 };

/** The source's sound in the program: level, gain and mute. Independent of the person's own microphone. */
function SourceSound({ source, name }: { source: StageSource; name: string }) {
  const { t } = useTranslation();
  const actions = useActions();
  const run = useRunWithToast();
  const { id } = source;
  const isLive = useRoom((room) => room.program?.state === 'live');
  const mixed = useRoom((room) => room.program?.mix[id]);
  const level = useRoom((room) => (room.program?.state === 'live' ? room.levels?.sources[id] : undefined));
  const entry = mixed ?? { gainDb: 0, muted: false };
  const [dragged, setDragged] = useState<number | null>(null);
  const gainDb = dragged ?? entry.gainDb;
  const set = (patch: Partial<typeof entry>) => run(actions.setMix({ [id]: { ...entry, ...patch } }));
  const valueText = `${gainDb > 0 ? '+' : ''}${Math.round(gainDb)} dB`;
  return (
    <div className="flex items-center gap-1 pr-3">
      <IconButton
        variant={entry.muted && isLive ? 'on' : 'plain'}
        label={entry.muted ? t('strip.unmuteInProgram', { name }) : t('strip.muteInProgram', { name })}
        icon={entry.muted ? <VolumeX size={18} /> : <Volume2 size={18} />}
        aria-pressed={entry.muted}
        disabled={!isLive}
        onClick={() => set({ muted: !entry.muted })}
        data-testid={testIds.sourceMute}
      />
      <div className="flex min-w-0 flex-1 flex-col" title={isLive ? valueText : t('strip.soundWhenLive')}>
        <Slider
          {...GAIN}
          label={t('strip.gain', { name })}
          value={gainDb}
          valueText={valueText}
          disabled={!isLive}
          onChange={setDragged}
          onCommit={(value) => {
            setDragged(null);
            set({ gainDb: value });
          }}
          data-testid={testIds.sourceGain}
        />
        <DbMeter rmsDb={level?.rmsDb ?? -100} peakDb={level?.peakDb ?? -100} label={t('strip.level', { name })} />
      </div>
    </div>
  );
}

/** Moves a source earlier or later in the picture, and writes the new order out in full. */
function OrderItems({ id, position, count }: { id: SourceId; position: number; count: number }) {
  const { t } = useTranslation();
  const { scene, setScene } = useScene();
  const sources = useStageSources();
  const move = (by: -1 | 1) => {
    const order = arrange({ ...scene, hidden: [] }, sources).map((source) => source.id);
    order.splice(position, 1);
    order.splice(position + by, 0, id);
    setScene({ order });
  };
  return (
    <>
      <MenuItem icon={<ArrowLeft size={18} />} disabled={position === 0} onSelect={() => move(-1)}>
        {t('strip.earlier')}
      </MenuItem>
      <MenuItem icon={<ArrowRight size={18} />} disabled={position === count - 1} onSelect={() => move(1)}>
        {t('strip.later')}
      </MenuItem>
    </>
  );
}
