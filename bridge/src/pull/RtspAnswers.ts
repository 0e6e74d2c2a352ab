import { Transform, type TransformCallback } from 'node:stream';
import { LianmaiError } from '@lianmai/protocol';
import { RtspParser, type RtspMessage } from './RtspParser.js';

export interface RtspAnswersOptions {
  /** Returns the URL at which FFmpeg may follow a redirect. Throws if it may not. */
  redirect: (location: string) => Promise<string>;
}

/**
 * Passes an RTSP server's messages and interleaved media on to FFmpeg (RFC 2326) so that they never make it connect elsewhere. Every message is read and
 * written anew, because FFmpeg must not find anything in it that was not found here.
 */
export class RtspAnswers extends Transform {
  readonly #options: RtspAnswersOptions;
  readonly #parser = new RtspParser();

  constructor(options: RtspAnswersOptions) {
    super();
    this.#options = options;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#pass(chunk).then(() => done(), done);
  }

  async #pass(chunk: Buffer): Promise<void> {
    for (const part of this.#parser.push(chunk)) this.push(Buffer.isBuffer(part) ? part : writeMessage(await this.#judge(part)));
  }

  async #judge(message: RtspMessage): Promise<RtspMessage> {
    const headers = message.headers.filter(([name]) => !/^(location|content-length)$/i.test(name));
    if (isRedirect(message)) headers.push(['Location', await this.#options.redirect(locationOf(message))]);
    for (const [name, value] of headers) if (/^transport$/i.test(name)) assertInterleaved(value);
    return { ...message, headers };
  }
}

const isRedirect = ({ start }: RtspMessage) => /^RTSP\/\d\.\d 3\d\d\b/.test(start);

function locationOf({ headers }: RtspMessage): string {
  const location = headers.find(([name]) => /^location$/i.test(name))?.[1];
  if (location !== undefined) return location;
  throw new LianmaiError('DESTINATION_REFUSED', undefined, { message: 'The source redirects, but does not say where to.' });
}

/** Media over UDP would go between addresses that nobody has checked. */
function assertInterleaved(transport: string): void {
  if (transport.split(',').every((one) => /^[^;]*\/TCP\s*(;|$)/i.test(one))) return;
  throw new LianmaiError('UNSUPPORTED', undefined, {
    message: 'The source does not send its media over the RTSP connection. Allow RTSP over TCP (interleaved) there.',
  });
}

function writeMessage({ start, headers, body }: RtspMessage): Buffer {
  const lines = [start, ...headers.map(([name, value]) => `${name}: ${value}`)];
  if (body.length > 0) lines.push(`Content-Length: ${body.length}`);
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`, 'latin1'), body]);
}
