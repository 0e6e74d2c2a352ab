import { LianmaiError } from '@lianmai/protocol';
import type { AmfValue } from '../../media/formats/index.js';

/** A server's status about a command or a stream: `{level, code, description}` (RTMP 1.0 7.2.2). */
export interface RtmpStatus {
  isError: boolean;
  code: string;
  description: string;
}

const MAX_TEXT = 200;

/** Reads a status from any argument; servers leave out different fields. */
export function readStatus(argument: AmfValue): RtmpStatus {
  const fields =
    typeof argument === 'object' && argument !== null && !Array.isArray(argument) && !(argument instanceof Date) ? argument : {};
  const level = text(fields.level);
  const code = text(fields.code);
  return { isError: level === 'error' || FAILURE_CODE.test(code), code, description: text(fields.description) };
}

const FAILURE_CODE = /\.(BadName|Denied|Rejected|Failed|InvalidApp|Closed|AppShutdown)$/;

/** Makes a stranger's text fit for logs and pages: one line, not long. */
const text = (value: AmfValue) =>
  typeof value === 'string'
    ? value
        .slice(0, MAX_TEXT)
        .replace(/\p{Cc}+/gu, ' ')
        .trim()
    : '';

/** The destination said no, and the same request will hardly be welcome later. */
export function rejectionOf({ code, description }: RtmpStatus): LianmaiError {
  if (/authmod=/i.test(description))
    return rejected('The destination requires a user name and password, which are not supported. Use a URL with a stream key.');
  if (code === 'NetStream.Publish.BadName') {
    return rejected(
      `The destination does not accept this stream key, or it is in use already${quote(description)}. Check the key, and that nobody else streams with it.`,
    );
  }
  if (code.startsWith('NetConnection.'))
    return rejected(`The destination refused the connection${quote(description || code)}. Check the address.`);
  return rejected(`The destination refused the stream${quote(description || code)}. Check its URL and stream key.`);
}

export const rejected = (message: string) => new LianmaiError('DESTINATION_REFUSED', undefined, { message });

const quote = (said: string) => (said === '' ? '' : ` ("${said}")`);
