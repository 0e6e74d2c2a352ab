import { ConfigError, type Log } from '@lianmai/kit';
import express from 'express';
import { lanAddresses, type ServerConfig } from '../config/index.js';
import { clientAddress, HttpListener, readCertificate, selfSignedCertificate, type Certificate } from '../http/index.js';
import { createSfu, type Sfu } from '../sfu/index.js';
import { SocketServer } from '../sockets/index.js';
import { Store } from '../store/index.js';
import type { BootContext } from './BootContext.js';

/** Returns null for plain HTTP. */
export function openCertificate({ http, dataDir }: ServerConfig): Promise<Certificate | null> {
  const { enabled, cert, key } = http.https;
  if (!enabled) return Promise.resolve(null);
  return cert !== undefined && key !== undefined ? readCertificate({ cert, key }) : selfSignedCertificate(dataDir, lanAddresses());
}

export const openListener = ({ http: { port, host } }: ServerConfig, certificate: Certificate | null): Promise<HttpListener> =>
  HttpListener.open({ port, host, certificate, option: 'PORT, --port or http.port' });

/** The socket server, and the port where an embedded bridge finds it: one on loopback without TLS, whatever certificate browsers see. */
export async function openSockets({ config, scope, listener }: BootContext) {
  const isTrusted = trustedProxiesOf(config);
  const sockets = new SocketServer({ addressOf: (request) => clientAddress(request, isTrusted) });
  serveSockets(sockets, listener);
  let bridgePort = listener.port;
  if (config.http.https.enabled) {
    const loopback = await HttpListener.open({ port: 0, host: '127.0.0.1', certificate: null, option: 'nothing: any free port will do' });
    serveSockets(sockets, scope.own(loopback));
    bridgePort = loopback.port;
  }
  scope.defer(() => {
    sockets.io.disconnectSockets(true);
  });
  return { sockets, bridgePort };
}

function serveSockets(sockets: SocketServer, listener: HttpListener): void {
  sockets.attach(listener.server);
  listener.passUpgrades((url) => SocketServer.serves(url));
}

/** The proxies that the API trusts. */
function trustedProxiesOf({ http }: ServerConfig): (address: string, hop: number) => boolean {
  const app = express().set('trust proxy', http.trustProxy ? ['loopback', 'linklocal', 'uniquelocal'] : false);
  return app.get('trust proxy fn') as (address: string, hop: number) => boolean;
}

export async function openStore({ dataDir }: ServerConfig): Promise<Store> {
  try {
    return await Store.open(dataDir);
  } catch (error) {
    throw new ConfigError(`${messageOf(error)}\nChoose the data folder with DATA_DIR, --data-dir or dataDir.`);
  }
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
