import type { Way } from './contract';
import type { Engine } from './Engine';
import { FlvEngine } from './FlvEngine';
import { HlsEngine } from './HlsEngine';
import { NativeEngine } from './NativeEngine';
import { WhepEngine } from './WhepEngine';

/** How long a way may take to its first moving picture, ms. HLS has to wait for parts or segments that are not written yet. */
export const START_WITHIN_MS: Record<Way['transport'], number> = { whep: 7000, wsFlv: 7000, flv: 7000, hls: 15_000 };

/** The engine of a way. Rejects when its library cannot be loaded. */
export async function createEngine(way: Way, secondsBehind?: number): Promise<Engine> {
  if (way.transport === 'whep') return new WhepEngine(way.url);
  if (way.transport !== 'hls') return (await FlvEngine.load())(way.url);
  // Media Source Extensions first: they tell the latency and catch up by themselves. Safari on older iPhones plays HLS only by itself.
  const create = await HlsEngine.load();
  if (!create) return new NativeEngine(way.url);
  return create({ url: way.url, isStable: way.tier === 'stable', ...(secondsBehind !== undefined && { secondsBehind }) });
}
