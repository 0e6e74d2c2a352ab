import { pino, stdTimeFunctions, type Logger } from 'pino';
import { redact } from './secrets.js';

export type Log = Logger;
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'silent';

/** Any string may carry a secret (a URL, another program's output), so every field passes through `redact`. */
export function createLog(name: string, level: LogLevel): Log {
  return pino({
    name,
    level,
    timestamp: stdTimeFunctions.isoTime,
    hooks: { streamWrite: redact },
  });
}
