import { X } from 'lucide-react';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { cx, IconButton, Panel } from '../ui';

interface DrawerProps {
  title: string;
  onClose: () => void;
  className?: string;
  children: ReactNode;
}

/** To the right of the stage, or over it on phones. */
export function Drawer({ title, onClose, className, children }: DrawerProps) {
  const { t } = useTranslation();
  return (
    <Panel
      title={title}
      aside={<IconButton label={t('common.close')} icon={<X size={20} />} onClick={onClose} tooltipSide="bottom" />}
      className={cx('animate-drawer absolute inset-0 z-30 overflow-hidden md:static md:w-84 md:shrink-0', className)}
      bodyClassName="overflow-hidden"
    >
      {children}
    </Panel>
  );
}
