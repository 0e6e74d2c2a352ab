import type { Metrics } from '@lianmai/kit';
import type { Bridges } from '../bridge/index.js';
import type { RoomDirectory } from '../rooms/index.js';
import type { Sfu } from '../sfu/index.js';
import type { Signalling } from '../signalling/index.js';
import type { Streams } from '../streams/index.js';
import type { WebRtc } from '../webrtc/index.js';

/** Registers the metrics of this process. Their values are read at each scrape. */
export function registerMetrics(
  metrics: Metrics,
  parts: { sfu: Sfu; rooms: RoomDirectory; signalling: Signalling; bridges: Bridges; streams: Streams; webrtc: WebRtc },
): void {
  const { sfu, rooms, signalling, bridges, streams, webrtc } = parts;
  metrics.gauge('rooms', 'Open rooms', () => rooms.all.length);
  metrics.gauge('participants', 'People in rooms', () => rooms.all.reduce((sum, room) => sum + room.participants.size, 0));
  metrics.gauge('programs', 'Rooms that are live', () => rooms.all.filter((room) => room.isLive).length);
  const degraded = () => rooms.all.filter(({ program }) => program.info && program.info.degraded !== null).length;
  metrics.gauge('programs_degraded', 'Programs whose machine is too slow for them: pictures are left out', degraded);
  const reservedCores = () => bridges.bridges.reduce((sum, bridge) => sum + bridge.reservedCores, 0);
  metrics.gauge('program_cores', 'CPU cores that are set aside for programs, on all bridges', reservedCores);
  metrics.gauge('connections', 'Signalling connections', () => signalling.connections);
  metrics.gauge('streams', 'Streams that are published', () => streams.statuses.all.length);
  metrics.gauge('bridges', 'Bridges that are connected', () => bridges.bridges.filter(({ state }) => state === 'connected').length);
  metrics.gauge('webrtc_publishers', 'WHIP publishers', () => webrtc.stats.publishers);
  metrics.gauge('webrtc_players', 'WHEP players', () => webrtc.stats.players);
  metrics.gauge('webrtc_feeds', 'Streams that are sent into the SFU for WHEP players', () => webrtc.stats.feeds);
  for (const name of ['workers', 'workerRestarts', 'peers', 'producers', 'consumers', 'pipes', 'taps'] as const) {
    const snake = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    metrics.gauge(`sfu_${snake}`, `SFU: ${snake.replace('_', ' ')}`, () => sfu.stats[name]);
  }
}
