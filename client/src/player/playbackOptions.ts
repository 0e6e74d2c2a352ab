import type { Capabilities } from './capabilities';
import { TIERS, type Tier } from './latencyTiers';
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
