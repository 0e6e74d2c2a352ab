import type { Capabilities } from './capabilities';
import { TIERS, type LatencyPreference, type Tier } from './latencyTiers';
import type { PlaybackOption, PlayerSources } from './Player';

/** All options that can be tried here, lowest latency first. WebSocket comes before HTTP because no proxy on the way buffers it. */
export function playbackOptionsOf(
  { whep, wsFlv, flv, hls }: PlayerSources,
  { hasWebRtc, hasMse, isSecurePage }: Capabilities,
): PlaybackOption[] {
  const isRefused = (url: string) => isSecurePage && /^(ws|http):/.test(url);
  const options: (PlaybackOption | false | undefined)[] = [
    hasWebRtc && whep !== undefined && { tier: 'lowest', transport: 'whep', url: whep },
    hasMse && wsFlv !== undefined && { tier: 'low', transport: 'wsFlv', url: wsFlv },
    hasMse && flv !== undefined && { tier: 'low', transport: 'flv', url: flv },
    { tier: 'balanced', transport: 'hls', url: hls },
    { tier: 'stable', transport: 'hls', url: hls },
  ];
  return options.filter((option): option is PlaybackOption => typeof option === 'object' && !isRefused(option.url));
}

export const tiersOf = (options: readonly PlaybackOption[]): Tier[] =>
  TIERS.filter((tier) => options.some((option) => option.tier === tier));

/**
 * `auto` starts with FLV instead of WebRTC: one second of latency instead of half, at a tenth of the server's cost per viewer, and lost
 * packets are resent. WebRTC is for viewers who ask for it, and everyone's last resort.
 */
const AUTO: readonly Tier[] = ['low', 'balanced', 'stable', 'lowest'];
const AUTO_FRUGAL: readonly Tier[] = ['stable', 'balanced', 'low', 'lowest'];

/** The order in which options are tried: the preferred tier, then ever safer ones, and finally those with lower latency. */
export function ladderOf(
  options: readonly PlaybackOption[],
  preference: LatencyPreference,
  { isFrugal }: Pick<Capabilities, 'isFrugal'>,
): PlaybackOption[] {
  return tierOrderOf(preference, isFrugal).flatMap((tier) => options.filter((option) => option.tier === tier));
}

function tierOrderOf(preference: LatencyPreference, isFrugal: boolean): readonly Tier[] {
  if (preference === 'auto') return isFrugal ? AUTO_FRUGAL : AUTO;
  const at = TIERS.indexOf(preference);
  return [...TIERS.slice(at), ...TIERS.slice(0, at).reverse()];
}
