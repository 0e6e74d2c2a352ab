import { LianmaiError } from '@lianmai/protocol';
import type { BridgeHello, BridgePool } from './contract.js';

const TIMEOUT_MS = 5000;

/** Returns a bridge's metrics in Prometheus' text format. Throws NOT_FOUND if it is not connected, BRIDGE_UNAVAILABLE if it does not answer. */
export async function fetchBridgeMetrics(
  pool: BridgePool,
  id: string,
  originUrlOf: (origin: BridgeHello['origin']) => string,
): Promise<string> {
  const bridge = pool.bridges.find((one) => one.id === id && one.state === 'connected');
  if (!bridge) throw new LianmaiError('NOT_FOUND', undefined, { message: 'There is no such bridge.' });
  const headers = { authorization: `Bearer ${bridge.hello.mediaSecret}` };
  try {
    const answer = await fetch(`${originUrlOf(bridge.hello.origin)}/metrics`, { headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (answer.ok) return await answer.text();
    throw new Error(`status ${answer.status}`);
  } catch (cause) {
    throw new LianmaiError('BRIDGE_UNAVAILABLE', undefined, { cause });
  }
}
