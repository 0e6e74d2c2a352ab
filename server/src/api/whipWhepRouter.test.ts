import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import express from 'express';
import { afterEach, describe, expect, it } from 'vitest';
import { ApiAuthenticator, GuessLimiter } from '../authorisation/index.js';
import type { WebRtc, WebRtcRequest } from '../webrtc/index.js';
import { RouteGuard } from './RouteGuard.js';
import { authority } from './testing/index.js';
import { whipWhepRouter } from './whipWhepRouter.js';

let close: () => void = () => undefined;
afterEach(() => close());

/** The router over a WebRTC that accepts everything. */
async function serve() {
  const asked: WebRtcRequest[] = [];
  const publish = (request: WebRtcRequest) => {
    asked.push(request);
    return Promise.resolve({ session: { id: 'id', etag: '"1"', close: () => undefined }, answer: 'v=0' });
  };
  const app = express().use(
    '/rtc/v1',
    whipWhepRouter(
      { webrtc: { publish } as unknown as WebRtc, iceServers: [] },
      new RouteGuard(new ApiAuthenticator(authority, new GuessLimiter())),
    ),
  );
  const server = createServer(app);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  close = () => server.close();
  const post = async (target: string) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const headers = ['Host: h', 'Content-Type: application/sdp', 'Content-Length: 3', 'Connection: close'];
    socket.write(`${[`POST ${target} HTTP/1.1`, ...headers].join('\r\n')}\r\n\r\nv=0`);
    return text(socket);
  };
  return { asked, post };
}

describe('whipWhepRouter', () => {
  it('takes a target in absolute form, whatever host it names', async () => {
    const { asked, post } = await serve();
    const query = '?app=live&stream=cam&key=k';
    for (const target of [`/rtc/v1/whip/${query}`, `http://h/rtc/v1/whip/${query}`, `http://h:99999/rtc/v1/whip/${query}`]) {
      const answer = await post(target);
      expect([target, answer.split('\r\n')[0], /^Location: (.+)\r$/im.exec(answer)?.[1]]).toEqual([
        target,
        'HTTP/1.1 201 Created',
        '/rtc/v1/whip/id',
      ]);
    }
    expect(asked.map(({ stream, params }) => [stream, params])).toEqual(
      Array.from({ length: 3 }, () => [{ app: 'live', name: 'cam' }, { key: 'k' }]),
    );
  });
});
