import { canvasOf, type Profile } from '@lianmai/protocol';

/**
 * Cores that a 720p program of four people needs with the default preset, on the slowest machine measured; docs/benchmarks.md has the
 * figures of a faster one. The compositor and the encoder work on pixels; decoders work on what people send, whatever the size of the
 * program.
 */
const DECODERS = 0.094;
const COMPOSITOR_720P = 0.201;
const ENCODER_720P = 0.277;
const PIXELS_720P = 1280 * 720;

/** The cost of an x264 preset as a multiple of `superfast`. These are estimates: the real cost is measured while a program runs. */
const PRESET_FACTOR: Record<Profile['preset'], number> = {
  ultrafast: 0.7,
  superfast: 1,
  veryfast: 1.6,
  faster: 2.3,
  fast: 2.8,
  medium: 3.3,
};
/** Copying frames to the encoder's hardware. */
const HARDWARE_FACTOR = 0.2;

/** Estimates the cores that a program with this profile needs. */
export function coresOf(profile: Profile): number {
  const { width, height } = canvasOf(profile);
  const encoder = ENCODER_720P * (profile.encoder === 'x264' ? PRESET_FACTOR[profile.preset] : HARDWARE_FACTOR);
  return DECODERS + (COMPOSITOR_720P + encoder) * ((width * height) / PIXELS_720P);
}
