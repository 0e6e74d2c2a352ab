import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingHttpHeaders, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog, Metrics, Secret } from '@lianmai/kit';
import { LianmaiError, type AssetId } from '@lianmai/protocol';
import { Router, type Express } from 'express';
import { TokenAuthority } from '../../authorisation/index.js';
import { Recordings } from '../../recordings/index.js';
import { testDirectory } from '../../rooms/testing/index.js';
import { SeatableStreams } from '../../streams/index.js';
import { noBridges, openStreams } from '../../streams/testing/index.js';
import { createApi, type ApiOptions } from '../index.js';

const SECRET = 'a-secret-of-some-length-to-sign-with';
export const authority = new TokenAuthority({ id: 'k', secret: new Secret(SECRET), isDevelopment: false });
export const basic = (secret = SECRET): string => `Basic ${Buffer.from(`k:${secret}`).toString('base64')}`;

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The code in the body, if it is an error. */
  code: string | undefined;
}

export interface Asking {
  method?: string;
  headers?: Record<string, string>;
  body?: string | Uint8Array;
}

/** A store without pictures that saves as told. */
export const assetsThat = (save: ApiOptions['assets']['save']): ApiOptions['assets'] => ({
  save,
  list: () => [],
  delete: () => Promise.reject(new LianmaiError('NOT_FOUND')),
});

export interface TestApi {
  app: Express;
  url: string;
  /** Sends what it is told, unlike fetch, which keeps browsers' headers for itself. */
  ask(path: string, asking?: Asking): Promise<Answer>;
  close(): Promise<void>;
}

/** The whole HTTP app on a port of its own, without rooms, streams or bridges. It believes one proxy, so that tests choose their address. */
export async function startApi(overrides: Partial<ApiOptions> = {}): Promise<TestApi> {
  const made = await openStreams();
  const app = createApi({
    authority,
    rooms: testDirectory().rooms,
    streams: made.streams,
    seatableStreams: new SeatableStreams(made.streams),
    recordings: new Recordings(noBridges()),
    recordingProxy: Router(),
    bridgeMetrics: { ids: () => [], metrics: () => Promise.resolve('') },
    assets: assetsThat(() => Promise.resolve('a1' as AssetId)),
    isLobbyOpen: true,
    stagePolicy: 'open',
    originUrl: null,
    originPort: 8080,
    ports: { rtmp: 1935, rtmps: null, srt: 10_080 },
    metrics: new Metrics(),
    log: createLog('test', 'silent'),
    isReady: () => true,
    originTarget: () => null,
    clientDir: '/nonexistent',
    trustProxy: 1,
    ...overrides,
  });
  const server = createServer((request, response) => void app(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    app,
    url,
    ask: (path, asking = {}) => ask(url, path, asking),
    close: async () => {
      server.close();
      server.closeAllConnections();
      await made.close();
    },
  };
}

async function ask(url: string, path: string, { method = 'GET', headers = {}, body }: Asking): Promise<Answer> {
  // Node announces no length for GET and DELETE, and closes at once what is not kept alive, even while a refused body is still on its way.
  const isChunked = headers['transfer-encoding'] !== undefined;
  const length = body === undefined || isChunked ? {} : { 'content-length': String(Buffer.byteLength(body)) };
  const request = httpRequest(url, { path, method, headers: { connection: 'keep-alive', ...length, ...headers }, agent: false });
  request.on('error', () => undefined);
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  let text = '';
  for await (const part of response.setEncoding('utf8')) text += String(part);
  const isError = response.headers['content-type']?.includes('json') === true && text.startsWith('{"error"');
  const code = isError ? (JSON.parse(text) as { error: { code: string } }).error.code : undefined;
  return { status: response.statusCode ?? 0, headers: response.headers, text, code };
}
