import { useTranslation } from 'react-i18next';
import { Pill, type PillTone } from '../../ui';

const TONES: Record<'live' | 'waiting' | 'offline', PillTone> = { live: 'live', waiting: 'warn', offline: 'neutral' };

/** On air, in trouble, or off. */
export function StreamStatePill({ state }: { state: keyof typeof TONES }) {
  const { t } = useTranslation();
  return (
    <Pill tone={TONES[state]} icon={state === 'live' ? <span className="size-2 rounded-full bg-current" aria-hidden /> : undefined}>
      {t(`streams.state.${state}`)}
    </Pill>
  );
}
