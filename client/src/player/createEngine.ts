import type { PlaybackOption } from './Player';
import type { PlaybackEngine } from './PlaybackEngine';
import { FlvEngine } from './FlvEngine';
import { HlsEngine } from './HlsEngine';
import { NativeEngine } from './NativeEngine';
import { WhepEngine } from './WhepEngine';

/** How long a way may take to its first moving picture, ms. HLS has to wait for parts or segments that are not written yet. */
export const START_WITHIN_MS: Record<PlaybackOption['transport'], number> = { whep: 7000, wsFlv: 7000, flv: 7000, hls: 15_000 };

/** The engine of a way. Rejects when its library cannot be loaded. */
export async function createEngine(option: PlaybackOption, secondsBehind?: number): Promise<PlaybackEngine> {
  if (option.transport === 'whep') return new WhepEngine(option.url);
  if (option.transport !== 'hls') return (await FlvEngine.load())(option.url);
  // Media Source Extensions first: they tell the latency and catch up by themselves. Safari on older iPhones plays HLS only by itself.
  const create = await HlsEngine.load();
  if (!create) return new NativeEngine(option.url);
  return create({ url: option.url, isStable: option.tier === 'stable', ...(secondsBehind !== undefined && { secondsBehind }) });
}
