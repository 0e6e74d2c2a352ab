import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Log } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { Router, type Request, type Response } from 'express';
import type { FoundRecording, Recordings } from './Recordings.js';

export interface RecordingDoorOptions {
  recordings: Recordings;
  /** Where this server reaches a bridge's origin. */
  originOf: (recording: FoundRecording) => string;
  log: Log;
}

/** Of the bridge's answer, what is the client's business. */
const PASSED = ['content-type', 'content-length', 'content-range', 'accept-ranges', 'last-modified', 'etag', 'cache-control'] as const;
const ASKED = ['range', 'if-range', 'if-none-match', 'if-modified-since'] as const;
/** Until the bridge answers; a player may pause for as long as it likes. */
const TIMEOUT_MS = 15_000;
const FILE = /^[A-Za-z0-9._-]{1,80}$/;

/** `GET /recordings/{grant}/{file}`: the bridge's file under the server's own address, ranges included. */
export class RecordingDoor {
  readonly router = Router();
  readonly #options: RecordingDoorOptions;

  constructor(options: RecordingDoorOptions) {
    this.#options = options;
    this.router.get('/recordings/:grant/:file', (request, response) => this.#pass(request, response));
  }

  async #pass(request: Request<{ grant: string; file: string }>, response: Response): Promise<void> {
    const { recordings, originOf } = this.#options;
    const { grant, file } = request.params;
    if (!FILE.test(file)) throw new LianmaiError('NOT_FOUND');
    const recording = await recordings.get(recordings.redeem(grant));
    const target = new URL(`${originOf(recording)}/recordings/${recording.id}/${file}`);
    const headers: Record<string, string> = { authorization: `Bearer ${recording.bridge.hello.mediaSecret}` };
    for (const name of ASKED) if (typeof request.headers[name] === 'string') headers[name] = request.headers[name];
    await this.#relay({ target, headers, method: request.method }, recording, response);
  }

  #relay(
    ask: { target: URL; headers: Record<string, string>; method: string },
    recording: FoundRecording,
    response: Response,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      // A bridge elsewhere may be behind TLS.
      const open = ask.target.protocol === 'https:' ? httpsRequest : httpRequest;
      const upstream = open(ask.target, { headers: ask.headers, method: ask.method, timeout: TIMEOUT_MS }, (answer) => {
        const { statusCode = 502 } = answer;
        upstream.setTimeout(0);
        if (statusCode >= 400) {
          answer.resume();
          return reject(new LianmaiError(statusCode === 416 ? 'BAD_REQUEST' : 'NOT_FOUND'));
        }
        for (const name of PASSED) if (answer.headers[name] !== undefined) response.setHeader(name, answer.headers[name]);
        const name = recording.file.replace('index.m3u8', `${recording.id}.m3u8`);
        response.setHeader('Content-Disposition', `inline; filename="${recording.app}-${recording.name}-${name}"`);
        response.writeHead(statusCode);
        answer.pipe(response).once('close', resolve);
        answer.on('error', () => response.destroy());
      });
      upstream.on('timeout', () => upstream.destroy(new Error('the bridge does not answer')));
      upstream.on('error', (cause) => reject(new LianmaiError('BRIDGE_UNAVAILABLE', undefined, { cause })));
      response.once('close', () => upstream.destroy());
      upstream.end();
    });
  }
}
