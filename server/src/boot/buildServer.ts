import type { Log } from '@lianmai/kit';
import type { AuthoriseRequest } from '@lianmai/protocol';
import { Bridges, startEmbeddedBridge } from '../bridge/index.js';
import type { ServerConfig } from '../config/index.js';
import { createPrograms, ProgramIntents, type AssetStore, type ClaimName, type ProgramLimits } from '../program/index.js';
import { Recordings } from '../recordings/index.js';
import { RoomDirectory, type GroupSend } from '../rooms/index.js';
import type { Sfu } from '../sfu/index.js';
import { Signalling, type SignallingOptions } from '../signalling/index.js';
import type { Store } from '../store/index.js';
import {
  ProgramNames,
  SeatableStreams,
  StreamAuthoriser,
  StreamJobScheduler,
  StreamOutputRepository,
  StreamRepository,
  Streams,
} from '../streams/index.js';
import { WebRtc } from '../webrtc/index.js';
import type { BootContext } from './BootContext.js';
import { registerMetrics } from './metrics.js';
import { createSockets, openAssets, openSfu, openStore } from './openResources.js';
import { serveHttp } from './serveHttp.js';

/** A bridge tries to reconnect at least every 2 s. */
const COME_BACK_MS = 5000;

/** Builds every part from those before it. The scope closes them in reverse: people first, then programs, the bridge, media, sockets. */
export async function buildServer(boot: BootContext): Promise<void> {
  const { config, scope, authority, supervisor } = boot;
  const sfu = scope.own(await openSfu(config, boot.log));
  const store = scope.own(await openStore(config));
  const assets = await openAssets(config);
  const repository = await StreamRepository.open(store);
  const programNames = new ProgramNames();
  const authoriser = new StreamAuthoriser({ repository, programNames, policy: config.streams });
  const authorise = (request: AuthoriseRequest) => authoriser.authorise(request);
  const { sockets, bridgePort, open } = await createSockets(boot);
  const verify = (token: unknown) => authority.verifyBridgeToken(token);
  const fetchAsset = assets.read.bind(assets);
  const bridges = scope.own(new Bridges({ sockets, verify, fetchAsset, authorise, log: logOf(boot, 'bridges') }));
  const webrtc = new WebRtc({ sfu, bridges, authorise, log: logOf(boot, 'webrtc') });
  const streams = createStreams(boot, { store, repository, programNames, bridges, webrtc });
  const intents = scope.own(new ProgramIntents({ store, log: logOf(boot, 'program') }));
  const sendToGroup: GroupSend = (group, name, data) => sockets.sendToGroup('/', group, 'event', { name, data });
  const rooms = createRooms(boot, { sendToGroup, sfu, assets, bridges, programNames, streams, webrtc, intents });
  scope.own(rooms);
  intents.on('claimed', (intent) => void rooms.resumePrograms([intent]));
  await rooms.resumePrograms(await intents.takeOver(config.rooms.resumeProgramsMs));
  open();
  if (config.bridge.mode === 'embedded') await startEmbeddedBridge({ config, bridges, supervisor, port: bridgePort });
  scope.own(webrtc);
  const services = { rooms, streams, seatableStreams: new SeatableStreams(streams) };
  const signalling = scope.own(createSignalling(boot, sockets, { ...services, saveAsset: assets.save.bind(assets) }));
  registerMetrics(boot.metrics, { sfu, rooms, signalling, bridges, streams, webrtc });
  serveHttp(boot, { ...services, assets, bridges, webrtc, recordings: new Recordings(bridges) });
}

interface StreamParts {
  store: Store;
  repository: StreamRepository;
  programNames: ProgramNames;
  bridges: Bridges;
  webrtc: WebRtc;
}

function createStreams(boot: BootContext, { store, repository, programNames, bridges, webrtc }: StreamParts): Streams {
  const log = logOf(boot, 'streams');
  const outputs = new StreamOutputRepository(store);
  const recordPatterns = boot.config.record.patterns;
  const jobs = boot.scope.own(new StreamJobScheduler({ repository, outputs, bridges, recordPatterns, log }));
  return new Streams({ repository, programNames, bridges, jobs, whep: webrtc, log });
}

interface RoomParts {
  sendToGroup: GroupSend;
  sfu: Sfu;
  assets: AssetStore;
  bridges: Bridges;
  programNames: ProgramNames;
  streams: Streams;
  webrtc: WebRtc;
  intents: ProgramIntents;
}

function createRooms(
  boot: BootContext,
  { sendToGroup, sfu, assets, bridges, programNames, streams, webrtc, intents }: RoomParts,
): RoomDirectory {
  const claimName: ClaimName = (room, starter) => streams.claimForRoom(room, starter);
  const { config, supervisor } = boot;
  // Without a bridge that outlived the last server, there is nothing to wait for.
  const comeBackMs = config.bridge.mode === 'embedded' && !supervisor.welcome.bridgeSettings ? 0 : COME_BACK_MS;
  return new RoomDirectory({
    createMedia: (id) => sfu.createRoom(id),
    sendToGroup,
    openStreamFeed: (stream) => webrtc.openStreamFeed(stream),
    programs: createPrograms({
      bridges,
      assets,
      limits: programLimits(config),
      comeBackMs,
      claimName,
      playersOf: (stream) => streams.statuses.status(stream)?.players ?? {},
      intents,
      log: logOf(boot, 'program'),
    }),
    programNames,
    settings: { ...config.rooms, blockWords: config.chat.blockWords },
    log: logOf(boot, 'rooms'),
  });
}

function createSignalling(
  boot: BootContext,
  sockets: SignallingOptions['sockets'],
  services: Omit<SignallingOptions['services'], 'iceServers'>,
): Signalling {
  const verify = (token: unknown) => boot.authority.verifyJoinToken(token);
  const iceServers = boot.config.rtc.iceServers.map(({ urls, username, credential }) => ({
    urls,
    ...(username !== undefined && { username }),
    ...(credential !== undefined && { credential }),
  }));
  return new Signalling({ sockets, services: { ...services, iceServers }, verify, log: logOf(boot, 'signalling') });
}

const programLimits = ({ program }: ServerConfig): ProgramLimits => ({ ...program, maxCores: program.maxCores ?? null });

const logOf = ({ log }: BootContext, part: string): Log => log.child({ part });
