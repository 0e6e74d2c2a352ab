import { arrange } from '@lianmai/protocol';
import { useTranslation } from 'react-i18next';
import { useStageSources, useSteadyOrder } from '../../bindings';
import { cx } from '../../ui';
import { useScene } from './programDraft';
import { StageStripCard } from './StageStripCard';

interface StageStripProps {
  /** In a low window: a column beside the program. */
  mayStandBeside: boolean;
}

/** Everyone on stage with their channel: in the picture or not, how loud, and in which order. */
export function StageStrip({ mayStandBeside }: StageStripProps) {
  const { t } = useTranslation();
  const { scene } = useScene();
  const sources = useStageSources();
  const steady = useSteadyOrder(sources);
  const order = new Map(arrange({ ...scene, hidden: [] }, sources).map((source, index) => [source.id, index]));
  if (sources.length === 0) return <p className="p-4 text-center text-fg-2">{t('studio.emptyStage')}</p>;
  return (
    <ul
      aria-label={t('people.onStage')}
      className={cx('flex gap-2 overflow-x-auto p-1', mayStandBeside && 'short:flex-col short:overflow-x-hidden short:overflow-y-auto')}
    >
      {/* Ordered by CSS, because moving a video in the document would stop it. */}
      {steady.map((source) => (
        <li
          key={source.id}
          style={{ order: order.get(source.id) }}
          className={cx('w-40 shrink-0 xl:w-44', mayStandBeside && 'short:w-full')}
        >
          <StageStripCard source={source} position={order.get(source.id) ?? 0} count={sources.length} />
        </li>
      ))}
    </ul>
  );
}
