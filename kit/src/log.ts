import { pino, stdTimeFunctions, type Logger } from 'pino';
import { redact } from './secrets.js';

export type Log = Logger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Strings that may carry a secret (URLs, text of other programs) pass `redact` on their way out, whatever field they are in. */
export function createLog(name: string, level: LogLevel): Log {
  return pino({
    name,
    level,
    timestamp: stdTimeFunctions.isoTime,
    hooks: { streamWrite: redact },
  });
}
