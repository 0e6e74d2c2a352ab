import type { HlsOriginOptions } from './HlsOrigin.js';

/** Defaults of the HLS packager. The bridge's configuration overrides segment length, part length and DVR window. */
export const HLS_DEFAULTS: HlsOriginOptions = {
  targetMs: 2000,
  partMs: 333,
  listed: 6,
  kept: 3,
  endedMs: 60_000,
  dvrSeconds: 0,
};
