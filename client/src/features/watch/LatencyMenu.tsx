import type { WatchInfo } from '@lianmai/protocol';
import { Gauge } from 'lucide-react';
import { useTranslation } from 'react-i18next';
import { TIERS, type Player, type PlayerSnapshot, type Transport, type LatencyPreference } from '../../player';
import { formatSeconds, IconButton, Menu, MenuLabel, MenuRadio, MenuRadios, MenuSeparator, testIds } from '../../ui';

const TRANSPORTS: Record<Transport, string> = { whep: 'WebRTC', wsFlv: 'WS-FLV', flv: 'HTTP-FLV', hls: 'HLS' };
const isPreference = (value: string): value is LatencyPreference => value === 'auto' || TIERS.some((tier) => tier === value);

interface LatencyMenuProps {
  player: Player;
  snapshot: PlayerSnapshot;
  info: WatchInfo | null;
  /** In full screen, only the player's own content is visible. */
  container: HTMLElement | null;
  className: string;
  onOpenChange: (isOpen: boolean) => void;
}

/** The choice of latency, and what plays now and how well. */
export default function LatencyMenu({ player, snapshot, info, container, className, onOpenChange }: LatencyMenuProps) {
  const { t } = useTranslation();
  const { preference, tiers, option, nextTier } = snapshot;
  return (
    <Menu
      side="top"
      container={container}
      onOpenChange={onOpenChange}
      trigger={
        <IconButton label={t('watch.latencyMenu')} icon={<Gauge size={22} />} className={className} data-testid={testIds.latencyMenu} />
      }
    >
      <MenuLabel>{t('watch.latency')}</MenuLabel>
      <MenuRadios value={preference} onChange={(value) => isPreference(value) && player.choose(value)}>
        <MenuRadio value="auto" hint={t('watch.tierHint.auto')} data-testid={testIds.tier('auto')}>
          {t('watch.tier.auto')}
        </MenuRadio>
        {tiers.map((tier) => (
          <MenuRadio
            key={tier}
            value={tier}
            hint={nextTier === tier ? t('watch.switching') : t(`watch.tierHint.${tier}`)}
            data-testid={testIds.tier(tier)}
          >
            {t(`watch.tier.${tier}`)}
          </MenuRadio>
        ))}
      </MenuRadios>
      {option && (
        <>
          <MenuSeparator />
          <Facts snapshot={snapshot} info={info} transport={TRANSPORTS[option.transport]} />
          {preference !== 'auto' && preference !== option.tier && (
            <p className="max-w-64 px-3 pb-2 text-fg-2">{t('watch.fellBack', { tier: t(`watch.tier.${option.tier}`) })}</p>
          )}
        </>
      )}
    </Menu>
  );
}

function Facts({ snapshot, info, transport }: { snapshot: PlayerSnapshot; info: WatchInfo | null; transport: string }) {
  const { t, i18n } = useTranslation();
  const { latencySeconds, bufferSeconds, video } = snapshot;
  const seconds = (value: number) => t('watch.seconds', { seconds: formatSeconds(i18n.language, value) });
  const size = video && video.videoWidth > 0 ? `${video.videoWidth} × ${video.videoHeight}` : null;
  const fps = info?.video?.fps ? `, ${Math.round(info.video.fps)} fps` : '';
  const facts: [label: string, value: string | null][] = [
    [t('watch.fact.latency'), latencySeconds === null ? null : seconds(latencySeconds)],
    [t('watch.fact.buffer'), bufferSeconds === null ? null : seconds(bufferSeconds)],
    [t('watch.fact.transport'), transport],
    [t('watch.fact.picture'), size && size + fps],
  ];
  return (
    <dl className="tabular grid grid-cols-[auto_1fr] gap-x-4 gap-y-1 px-3 py-2" data-testid={testIds.watchFacts}>
      {facts.map(
        ([label, value]) =>
          value !== null && (
            <div key={label} className="contents">
              <dt className="text-fg-3">{label}</dt>
              <dd className="text-right">{value}</dd>
            </div>
          ),
      )}
    </dl>
  );
}
