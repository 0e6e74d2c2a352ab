import { ConfigError, type Log } from '@lianmai/kit';
import { inDataFolder, lanAddresses, trustFunction, type ServerConfig } from '../config/index.js';
import { clientAddress, HttpListener, readCertificate, selfSignedCertificate, type Certificate } from '../http/index.js';
import { AssetStore } from '../program/index.js';
import { createSfu, type Sfu } from '../sfu/index.js';
import { SocketServer } from '../sockets/index.js';
import { Store } from '../store/index.js';
import type { BootContext } from './BootContext.js';

/** Returns null for plain HTTP. Throws a ConfigError that names the file or folder that cannot be used. */
export async function openCertificate({ http, dataDir }: ServerConfig): Promise<Certificate | null> {
  const { enabled, cert, key } = http.https;
  if (!enabled) return null;
  if (cert !== undefined && key !== undefined) return readCertificate({ cert, key });
  return inDataFolder(dataDir, () => selfSignedCertificate(dataDir, lanAddresses()));
}

export const openAssets = ({ dataDir, pictures }: ServerConfig): Promise<AssetStore> => {
  const limits = { maxBytes: pictures.maxMb * 1024 ** 2, maxRoomBytes: pictures.maxRoomMb * 1024 ** 2 };
  return inDataFolder(dataDir, () => AssetStore.open(dataDir, limits));
};

export const openListener = ({ http: { port, host } }: ServerConfig, certificate: Certificate | null): Promise<HttpListener> =>
  HttpListener.open({ port, host, certificate, option: 'PORT, --port or http.port' });

export interface Sockets {
  sockets: SocketServer;
  /** The port for the bridge beside this server: on loopback without TLS, whatever certificate browsers see. */
  bridgePort: number;
  /** Takes no connections before. */
  open: () => void;
}

export async function createSockets({ config, scope, listener, supervisor }: BootContext): Promise<Sockets> {
  const isTrusted = trustFunction(config.http.trustProxy);
  const sockets = new SocketServer({ addressOf: (request) => clientAddress(request, isTrusted) });
  const listeners = [listener];
  if (config.http.https.enabled) {
    const { bridgeSettings } = supervisor.welcome;
    // A bridge that has outlived the last server looks for it there.
    const port = bridgeSettings ? Number(new URL(bridgeSettings.serverUrl).port) : 0;
    const loopback = await HttpListener.open({ port, host: '127.0.0.1', certificate: null, option: 'nothing: any free port will do' });
    listeners.push(scope.own(loopback));
  }
  scope.defer(() => {
    sockets.io.disconnectSockets(true);
  });
  const open = () => listeners.forEach((one) => serveSockets(sockets, one));
  return { sockets, bridgePort: listeners.at(-1)?.port ?? listener.port, open };
}

function serveSockets(sockets: SocketServer, listener: HttpListener): void {
  sockets.attach(listener.server);
  listener.passUpgrades((url) => SocketServer.serves(url));
}

export function openStore({ dataDir }: ServerConfig): Promise<Store> {
  return inDataFolder(dataDir, () => Store.open(dataDir));
}

export async function openSfu({ rtc }: ServerConfig, log: Log): Promise<Sfu> {
  try {
    return await createSfu({
      workers: rtc.workers,
      rtcPort: rtc.port,
      listenIp: rtc.listenIp,
      announcedIps: rtc.announcedIp,
      maxIncomingKbps: rtc.maxIncomingBitrateKbps,
      log: log.child({ part: 'sfu' }),
    });
  } catch (error) {
    throw new ConfigError(
      `${messageOf(error)}\nChoose the media ports with RTC_PORT, --rtc-port or rtc.port, and their number with RTC_WORKERS or rtc.workers.`,
    );
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
