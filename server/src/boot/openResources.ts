import { ConfigError, type Log } from '@lianmai/kit';
import { inDataFolder, lanAddresses, type ServerConfig } from '../config/index.js';
import { HttpListener, readCertificate, selfSignedCertificate, type Certificate } from '../http/index.js';
import { AssetStore } from '../program/index.js';
import { createSfu, type Sfu } from '../sfu/index.js';
import { createSocketServer } from '../signalling/index.js';
import { Store } from '../store/index.js';
import type { BootContext } from './BootContext.js';

/** Returns null for plain HTTP. Throws a ConfigError that names the file or folder that cannot be used. */
export async function openCertificate({ http, dataDir }: ServerConfig): Promise<Certificate | null> {
  const { enabled, cert, key } = http.https;
  if (!enabled) return null;
  if (cert !== undefined && key !== undefined) return readCertificate({ cert, key });
  return inDataFolder(dataDir, () => selfSignedCertificate(dataDir, lanAddresses()));
}

export const openAssets = ({ dataDir }: ServerConfig): Promise<AssetStore> => inDataFolder(dataDir, () => AssetStore.open(dataDir));

export const openListener = ({ http: { port, host } }: ServerConfig, certificate: Certificate | null): Promise<HttpListener> =>
  HttpListener.open({ port, host, certificate, option: 'PORT, --port or http.port' });

/** The socket server, and the port where an embedded bridge finds it: one on loopback without TLS, whatever certificate browsers see. */
export async function openSockets({ config, scope, listener }: BootContext) {
  const io = createSocketServer(listener.server);
  let bridgePort = listener.port;
  if (config.http.https.enabled) {
    const loopback = await HttpListener.open({ port: 0, host: '127.0.0.1', certificate: null, option: 'nothing: any free port will do' });
    io.attach(scope.own(loopback).server);
    bridgePort = loopback.port;
  }
  scope.defer(() => {
    io.disconnectSockets(true);
  });
  return { io, bridgePort };
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
