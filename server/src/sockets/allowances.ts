import { MAX_ASSET_BYTES, MAX_REQUEST_BYTES } from '@lianmai/protocol';
import type { Rate } from './TokenBucket.js';

/** The amount that one connection may send. */
export interface Allowance {
  /** Largest text message, bytes. */
  maxTextBytes: number;
  /** Largest binary message (the bytes attached to a request), bytes. */
  maxBinaryBytes: number;
  /** Everything on the socket, WebSocket's own frames included, bytes. */
  bytes: Rate;
  /** Messages and pings, of any size. */
  messages: Rate;
}

const KB = 1024;
const MB = 1024 * KB;

/** Before its token has been checked, a connection needs one message with the token, and pongs. */
export const UNAUTHENTICATED: Allowance = {
  maxTextBytes: 8 * KB,
  maxBinaryBytes: 0,
  bytes: { burst: 16 * KB, perSecond: 64 },
  messages: { burst: 8, perSecond: 1 },
};

/** A page that joins a full stage sends about 80 requests at once, half of them with 10 kB of capabilities. */
export const PAGE: Allowance = {
  maxTextBytes: MAX_REQUEST_BYTES,
  maxBinaryBytes: 0,
  bytes: { burst: 2 * MB, perSecond: 256 * KB },
  messages: { burst: 1000, perSecond: 100 },
};

/** The largest message of all: a bridge's report on thousands of streams, or a picture. */
export const MAX_MESSAGE_BYTES = 5 * MB;

/** A page whose person may go live uploads pictures too: as many at once as the limit of `uploadAsset` lets through in a minute. */
export const UPLOADING_PAGE: Allowance = {
  ...PAGE,
  // More than a picture may have, so that one slightly too large is refused in words.
  maxBinaryBytes: MAX_MESSAGE_BYTES,
  bytes: { burst: 11 * MAX_ASSET_BYTES, perSecond: MB },
};

/** A bridge holds a secret of the operator. Its allowance only contains mistakes. */
export const BRIDGE: Allowance = {
  maxTextBytes: MAX_MESSAGE_BYTES,
  maxBinaryBytes: MAX_MESSAGE_BYTES,
  bytes: { burst: 64 * MB, perSecond: 16 * MB },
  messages: { burst: 20_000, perSecond: 5000 },
};
