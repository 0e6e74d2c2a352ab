import type { Capabilities } from './capabilities';
import { TIERS, type LatencyPreference, type Tier } from './latencyTiers';
import type { PlaybackOption } from './Player';

/**
 * `auto` starts with FLV instead of WebRTC: one second of latency instead of half, at a tenth of the server's cost per viewer, and lost
 * packets are resent. WebRTC is for viewers who ask for it, and everyone's last resort.
 */
const AUTO: readonly Tier[] = ['low', 'balanced', 'stable', 'lowest'];
const AUTO_FRUGAL: readonly Tier[] = ['stable', 'balanced', 'low', 'lowest'];

/** The order in which options are tried: the preferred tier, then ever safer ones, and finally those with lower latency. */
export function fallbackOrderOf(
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
