import { useTranslation } from 'react-i18next';
import { SourceTile, useBackstageSources } from '../../bindings';
import { testIds } from '../../ui';

/** Tells somebody backstage where they are, beside their own picture. */
export function BackstageNotice() {
  const { t } = useTranslation();
  const own = useBackstageSources().find(({ isSelf, kind }) => isSelf && kind === 'camera');
  if (!own) return null;
  return (
    <section
      role="status"
      aria-label={t('backstage.title')}
      className="flex shrink-0 items-center gap-4 rounded-lg bg-surface-1 p-2"
      data-testid={testIds.backstage}
    >
      <SourceTile
        size="sm"
        source={own}
        name={t('room.you', { name: own.name })}
        fit="cover"
        isMirrored
        className="relative aspect-video w-36 shrink-0 overflow-hidden rounded-md"
      />
      <p className="min-w-0 text-base">{t('backstage.here')}</p>
    </section>
  );
}
