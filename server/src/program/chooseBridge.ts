import { once } from 'node:events';
import { LianmaiError, type Profile } from '@lianmai/protocol';
import type { Bridge, BridgePool } from '../bridge/index.js';

const isConnected = ({ state }: Bridge): boolean => state === 'connected';

/** Returns the connected bridge with the fewest programs among those that have the encoder. */
export function chooseBridge({ bridges }: BridgePool, encoder: Profile['encoder']): Bridge {
  const connected = bridges.filter(isConnected);
  if (connected.length === 0) throw new LianmaiError('BRIDGE_UNAVAILABLE');
  const able = connected.filter(({ hello }) => hello.encoders.includes(encoder));
  const [first, ...others] = able;
  if (!first)
    throw new LianmaiError('ENCODER_UNAVAILABLE', { encoder, available: [...new Set(connected.flatMap(({ hello }) => hello.encoders))] });
  return others.reduce((best, one) => (one.load < best.load ? one : best), first);
}

/** Like `chooseBridge`, but waits for a bridge to connect if there is none. Rejects when the signal is aborted first. */
export async function awaitBridge(pool: BridgePool, encoder: Profile['encoder'], signal: AbortSignal): Promise<Bridge> {
  if (!pool.bridges.some(isConnected)) await once(pool, 'bridgeConnected', { signal });
  return chooseBridge(pool, encoder);
}
