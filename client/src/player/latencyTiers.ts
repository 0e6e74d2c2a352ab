/** How close to the event one watches, lowest latency first: WebRTC, FLV, LL-HLS, HLS with a long buffer. */
export const TIERS = ['lowest', 'low', 'balanced', 'stable'] as const;
export type Tier = (typeof TIERS)[number];
/** The viewer's choice. `auto`: as low as their network and browser play smoothly. */
export type LatencyPreference = 'auto' | Tier;
