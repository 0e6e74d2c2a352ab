import { TIERS, type PlayerSources, type Tier, type Way, type Wish } from './contract';

/** What this browser and this network can do. */
export interface Abilities {
  /** WebRTC that receives H.264. */
  hasWebRtc: boolean;
  /** Media Source Extensions: without them FLV cannot be played, and HLS only as the browser does it by itself. */
  hasMse: boolean;
  /** The page came over HTTPS: plain ws: is refused by the browser. */
  isSecurePage: boolean;
  /** The person saves data, or the network is a poor one: smooth counts more than near. */
  isFrugal: boolean;
}

/** Every way that can be tried here, nearest first. WebSocket before plain HTTP: no proxy on the way collects it into big pieces. */
export function waysOf({ whep, wsFlv, flv, hls }: PlayerSources, { hasWebRtc, hasMse, isSecurePage }: Abilities): Way[] {
  const isRefused = (url: string) => isSecurePage && /^(ws|http):/.test(url);
  const ways: (Way | false | undefined)[] = [
    hasWebRtc && whep !== undefined && { tier: 'lowest', transport: 'whep', url: whep },
    hasMse && wsFlv !== undefined && { tier: 'low', transport: 'wsFlv', url: wsFlv },
    hasMse && flv !== undefined && { tier: 'low', transport: 'flv', url: flv },
    { tier: 'balanced', transport: 'hls', url: hls },
    { tier: 'stable', transport: 'hls', url: hls },
  ];
  return ways.filter((way): way is Way => typeof way === 'object' && !isRefused(way.url));
}

export const tiersOf = (ways: readonly Way[]): Tier[] => TIERS.filter((tier) => ways.some((way) => way.tier === tier));

/**
 * `auto` begins with FLV and not with WebRTC: a second instead of half a one, at a tenth of what a WebRTC reader costs the server, and lost packets are
 * repaired. WebRTC is for those who ask for it, and the last resort of everybody.
 */
const AUTO: readonly Tier[] = ['low', 'balanced', 'stable', 'lowest'];
const AUTO_FRUGAL: readonly Tier[] = ['stable', 'balanced', 'low', 'lowest'];

/** The order in which ways are tried: the wished tier, then ever safer ones, and as the last resort those nearer than wished. */
export function ladderOf(ways: readonly Way[], wish: Wish, { isFrugal }: Pick<Abilities, 'isFrugal'>): Way[] {
  return orderOf(wish, isFrugal).flatMap((tier) => ways.filter((way) => way.tier === tier));
}

function orderOf(wish: Wish, isFrugal: boolean): readonly Tier[] {
  if (wish === 'auto') return isFrugal ? AUTO_FRUGAL : AUTO;
  const at = TIERS.indexOf(wish);
  return [...TIERS.slice(at), ...TIERS.slice(0, at).reverse()];
}
