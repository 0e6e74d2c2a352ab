import { fileURLToPath } from 'node:url';
import { DEFAULT_APP, type StreamRef } from '@lianmai/protocol';
import { createApi, isOriginSocket, passOriginSockets, type ApiOptions } from '../api/index.js';
import { fetchBridgeMetrics, type Bridges } from '../bridge/index.js';
import { originUrlOf } from '../config/index.js';
import { recordingProxy } from '../recordings/index.js';
import type { RoomDirectory } from '../rooms/index.js';
import type { Streams } from '../streams/index.js';
import type { WebRtc } from '../webrtc/index.js';
import type { BootContext } from './BootContext.js';

const CLIENT_DIR = fileURLToPath(new URL('../../../client/dist', import.meta.url));

interface HttpParts extends Pick<ApiOptions, 'seatableStreams' | 'assets' | 'recordings'> {
  rooms: RoomDirectory;
  streams: Streams;
  bridges: Bridges;
  webrtc: WebRtc;
}

/** Serves everything on the server's own port: pages, API, WHIP, WHEP, and requests that it passes on to origins. */
export function serveHttp(boot: BootContext, { bridges, webrtc, ...parts }: HttpParts): void {
  const { config, listener, authority, metrics, log } = boot;
  const { streams, recordings } = parts;
  const originTarget = (stream: StreamRef) => originFor(boot, stream, parts);
  const api = createApi({
    ...parts,
    authority,
    metrics,
    bridgeMetrics: {
      ids: () => bridges.bridges.map(({ id }) => id),
      metrics: (id) => fetchBridgeMetrics(bridges, id, (origin) => originUrlOf(config, origin)),
    },
    recordingProxy: recordingProxy({ recordings, originOf: ({ bridge }) => originUrlOf(config, bridge.hello.origin) }),
    isReady: readiness(boot, bridges),
    isLobbyOpen: config.access.lobby === 'open',
    stagePolicy: config.rooms.stagePolicy,
    originUrl: config.origin.publicUrl ?? null,
    originPort: config.origin.port,
    ports: { rtmp: config.rtmp.port, rtmps: config.rtmp.tlsPort ?? null, srt: config.srt.port },
    originTarget,
    rtc: { webrtc, iceServers: config.rtc.iceServers },
    clientDir: CLIENT_DIR,
    trustProxy: config.http.trustProxy,
    log: log.child({ part: 'api' }),
  });
  const route = { isApp: (app: string) => streams.isApp(app), targetOf: originTarget };
  passOriginSockets(listener.server, api, route);
  listener.passUpgrades((url) => isOriginSocket(route, url));
  listener.handle(api);
}

/** Ready once a first bridge has connected. Rooms work without one, so a bridge that is away later does not count. */
function readiness({ config, scope }: BootContext, bridges: Bridges): () => boolean {
  let isComplete = config.bridge.mode === 'external';
  bridges.once('bridgeConnected', () => {
    isComplete = true;
  });
  return () => isComplete && !scope.isClosed;
}

/** Returns the origin of the bridge that runs the room's program or has the stream, else of any bridge; null when there is none. */
function originFor({ config }: BootContext, stream: StreamRef, { rooms, streams }: Pick<HttpParts, 'rooms' | 'streams'>): string | null {
  const ofRoom = stream.app === DEFAULT_APP ? rooms.all.find(({ id }) => id === stream.name)?.program.origin : null;
  const origin = ofRoom ?? streams.statuses.bridgeOf(stream)?.hello.origin;
  return origin ? originUrlOf(config, origin) : null;
}
