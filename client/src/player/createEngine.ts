import type { PlaybackOption } from './Player';
import type { PlaybackEngine } from './PlaybackEngine';
import { FlvEngine } from './FlvEngine';
import { HlsEngine } from './HlsEngine';
import { NativeEngine } from './NativeEngine';
import { WhepEngine } from './WhepEngine';

/** Rejects when the library cannot be loaded. */
export async function createEngine(option: PlaybackOption, secondsBehind?: number): Promise<PlaybackEngine> {
  if (option.transport === 'whep') return new WhepEngine(option.url);
  if (option.transport !== 'hls') return (await FlvEngine.load())(option.url);
  // Prefers Media Source Extensions, which report latency and catch up by themselves. Older iPhones only play HLS natively.
  const create = await HlsEngine.load();
  if (!create) return new NativeEngine(option.url);
  return create({ url: option.url, isStable: option.tier === 'stable', ...(secondsBehind !== undefined && { secondsBehind }) });
}
