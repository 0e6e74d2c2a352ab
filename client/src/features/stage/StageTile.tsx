import { Pin, PinOff } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { SourceTile, type StageSource } from '../../bindings';
import { cx, IconButton } from '../../ui';
import { TileMenu } from './TileMenu';

interface StageTileProps {
  source: StageSource;
  fit: 'cover' | 'contain';
  isPinned: boolean;
  onPin: () => void;
}

export function StageTile({ source, fit, isPinned, onPin }: StageTileProps) {
  const { t } = useTranslation();
  const { kind, isSelf } = source;
  const isCamera = kind === 'camera';
  const name = isCamera ? (isSelf ? t('room.you', { name: source.name }) : source.name) : t('room.screenOf', { name: source.name });
  const pinLabel = isPinned ? t('stage.unpin', { name }) : t('stage.pin', { name });
  return (
    <SourceTile
      source={source}
      name={name}
      fit={fit}
      isMirrored={isSelf && isCamera}
      className="relative size-full overflow-hidden rounded-[inherit]"
    >
      <button
        type="button"
        aria-label={pinLabel}
        aria-pressed={isPinned}
        onClick={onPin}
        className="absolute inset-0 rounded-[inherit] -outline-offset-4"
      />
      <div
        className={cx(
          'absolute top-2 right-2 flex gap-1 transition-opacity pointer-coarse:opacity-100',
          !isPinned && 'opacity-0 group-hover/placed:opacity-100 focus-within:opacity-100 has-[[data-state=open]]:opacity-100',
        )}
      >
        <span className={cx(!isPinned && 'pointer-coarse:hidden')}>
          <IconButton
            variant="overlay"
            label={pinLabel}
            icon={isPinned ? <PinOff size={18} /> : <Pin size={18} />}
            onClick={onPin}
            tooltipSide="bottom"
            tabIndex={-1}
            aria-hidden
          />
        </span>
        {!isSelf && <TileMenu source={source} />}
      </div>
    </SourceTile>
  );
}
