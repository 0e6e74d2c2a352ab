import { RadioTower } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { IconButton, testIds } from '../../ui';
import { SeatStreamDialog } from './SeatStreamDialog';

/** The button that seats a stream from outside, as a list row or an icon, with its dialog. */
export function SeatStreamButton({ variant }: { variant: 'row' | 'icon' }) {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const open = () => setOpen(true);
  return (
    <>
      {variant === 'icon' ? (
        <IconButton label={t('seatStream.action')} icon={<RadioTower size={18} />} onClick={open} tooltipSide="bottom" />
      ) : (
        <button
          type="button"
          onClick={open}
          className="flex min-h-12 w-full items-center gap-3 rounded-md px-2 text-left text-fg-2 transition-colors hover:bg-surface-2 hover:text-fg"
          data-testid={testIds.seatStream}
        >
          <span className="flex size-8 shrink-0 items-center justify-center rounded-full border border-dashed border-line-strong">
            <RadioTower size={16} aria-hidden />
          </span>
          {t('seatStream.action')}
        </button>
      )}
      {isOpen && <SeatStreamDialog onClose={() => setOpen(false)} />}
    </>
  );
}
