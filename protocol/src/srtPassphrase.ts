import { z } from 'zod';

/** Length as SRT defines it. Only characters that FFmpeg and OBS read from a URL without decoding. */
export const SrtPassphrase = z
  .string()
  .max(79)
  .regex(/^[A-Za-z0-9._~-]{10,79}$/, 'expected 10-79 letters, digits or "._~-"');
