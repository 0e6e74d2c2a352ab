import { RadioTower } from 'lucide-react';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { testIds } from '../../ui';
import { SeatStreamDialog } from './SeatStreamDialog';

/** The list row that seats a stream from outside, with its dialog. */
export function SeatStreamButton() {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const open = () => setOpen(true);
  return (
    <>
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
      {isOpen && <SeatStreamDialog onClose={() => setOpen(false)} />}
    </>
  );
}
