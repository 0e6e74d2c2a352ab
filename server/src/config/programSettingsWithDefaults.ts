import { integer, oneOf, section } from '@lianmai/kit';
import { z } from 'zod';

/** Which programs may start. */
export const programSettings = section({
  /** Cores that programs may take on each bridge; left out: all of its cores. */
  maxCores: z.coerce.number('expected a number of cores').min(0.1, 'expected at least 0.1').max(1024, 'expected at most 1024').optional(),
  /** Programs that pages of one address (of one /64 with IPv6) may have on air at one time. The API has no such limit. */
  maxPerAddress: integer(1, 10_000).default(2),
  /** The largest program that people whom the open lobby let in may start. */
  lobbyProfile: oneOf(['480p', '720p', '1080p']).default('720p'),
});

/** Backgrounds and logos. */
export const pictureSettings = section({
  /** Everything together. */
  maxMb: integer(16, 1_000_000).default(1024),
  /** Those that the people of one room have uploaded. */
  maxRoomMb: integer(4, 1_000_000).default(24),
});
