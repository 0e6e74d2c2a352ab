import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { LianmaiError } from '@lianmai/protocol';
import type { RequestHandler, Response } from 'express';
import type { FoundRecording, Recordings } from './Recordings.js';

export interface RecordingProxyOptions {
  recordings: Recordings;
  /** Returns the URL at which this server reaches a bridge's origin. */
  originOf: (recording: FoundRecording) => string;
}

/** Response headers that are passed to the client. */
const PASSED = ['content-type', 'content-length', 'content-range', 'accept-ranges', 'last-modified', 'etag', 'cache-control'] as const;
const ASKED = ['range', 'if-range', 'if-none-match', 'if-modified-since'] as const;
/** Time for the bridge to respond. After that, a player may pause as long as it likes. */
const TIMEOUT_MS = 15_000;
const FILE = /^[A-Za-z0-9._-]{1,80}$/;

/** `GET /recordings/{grant}/{file}`: serves the bridge's file under this server's own URL, byte ranges included. */
export const recordingProxy =
  ({ recordings, originOf }: RecordingProxyOptions): RequestHandler<{ grant: string; file: string }> =>
  async ({ params: { grant, file }, headers: given, method }, response) => {
    if (!FILE.test(file)) throw new LianmaiError('NOT_FOUND');
    const recording = await recordings.get(recordings.redeem(grant));
    const target = new URL(`${originOf(recording)}/recordings/${recording.id}/${file}`);
    const headers: Record<string, string> = { authorization: `Bearer ${recording.bridge.hello.mediaSecret}` };
    for (const name of ASKED) if (typeof given[name] === 'string') headers[name] = given[name];
    await relay({ target, headers, method }, recording, response);
  };

interface UpstreamRequest {
  target: URL;
  headers: Record<string, string>;
  method: string;
}

function relay({ target, headers, method }: UpstreamRequest, recording: FoundRecording, response: Response): Promise<void> {
  return new Promise((resolve, reject) => {
    // A bridge on another machine may use TLS.
    const open = target.protocol === 'https:' ? httpsRequest : httpRequest;
    const upstream = open(target, { headers, method, timeout: TIMEOUT_MS }, (answer) => {
      const { statusCode = 502 } = answer;
      upstream.setTimeout(0);
      if (statusCode >= 400) {
        answer.resume();
        return reject(new LianmaiError(statusCode === 416 ? 'BAD_REQUEST' : 'NOT_FOUND'));
      }
      for (const name of PASSED) if (answer.headers[name] !== undefined) response.setHeader(name, answer.headers[name]);
      response.setHeader('Content-Disposition', `inline; filename="${fileNameOf(recording)}"`);
      response.writeHead(statusCode);
      answer.pipe(response).once('close', resolve);
      answer.on('error', () => response.destroy());
    });
    upstream.on('timeout', () => upstream.destroy(new Error('the bridge did not respond in time')));
    upstream.on('error', (cause) => reject(new LianmaiError('BRIDGE_UNAVAILABLE', undefined, { cause })));
    response.once('close', () => upstream.destroy());
    upstream.end();
  });
}

const fileNameOf = ({ id, app, name, file }: FoundRecording): string => `${app}-${name}-${file.replace('index.m3u8', `${id}.m3u8`)}`;
