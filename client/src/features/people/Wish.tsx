import type { StageWish } from '@lianmai/protocol';
import { AudioLines } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { Pill } from '../../ui';

/** The seat that somebody wishes for, and whether they come with sound only. */
export function Wish({ seat, soundOnly }: StageWish) {
  const { t } = useTranslation();
  if (seat === null && !soundOnly) return null;
  return (
    <span className="flex flex-wrap gap-2">
      {soundOnly && (
        <Pill className="bg-surface-3" icon={<AudioLines size={14} aria-hidden />}>
          {t('people.soundOnly')}
        </Pill>
      )}
      {seat !== null && <Pill className="bg-surface-3">{t('people.wishesSeat', { seat })}</Pill>}
    </span>
  );
}
