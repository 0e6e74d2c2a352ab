import type { Capabilities } from './capabilities';
import { TIERS, type LatencyPreference, type Tier } from './latencyTiers';
import type { PlaybackOption, PlayerSources } from './Player';

/** Every way that can be tried here, nearest first. WebSocket before plain HTTP: no proxy on the way collects it into big pieces. */
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
 * `auto` begins with FLV and not with WebRTC: a second instead of half a one, at a tenth of what a WebRTC reader costs the server, and lost packets are
 * repaired. WebRTC is for those who ask for it, and the last resort of everybody.
 */
const AUTO: readonly Tier[] = ['low', 'balanced', 'stable', 'lowest'];
const AUTO_FRUGAL: readonly Tier[] = ['stable', 'balanced', 'low', 'lowest'];

/** The order in which ways are tried: the wished tier, then ever safer ones, and as the last resort those nearer than wished. */
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
