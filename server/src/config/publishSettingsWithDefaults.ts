import { integer, oneOf, section } from '@lianmai/kit';

/** The server's rules for publishers of streams. */
export const publishSettings = section({
  /** How long a stream waits for a publisher that is gone. */
  resumeGraceMs: integer(0, 600_000).default(10_000),
  /** A second publisher with the right key: refuse, or takeover. */
  onTaken: oneOf(['refuse', 'takeover']).default('refuse'),
});
