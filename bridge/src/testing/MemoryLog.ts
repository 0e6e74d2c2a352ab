import { inspect } from 'node:util';
import type { Log } from '@lianmai/kit';

/** Keeps everything that is logged as text, before any redaction: anything that would need redaction must not get here. */
export class MemoryLog {
  readonly lines: string[] = [];

  get log(): Log {
    return this.#level({}) as unknown as Log;
  }

  get text(): string {
    return this.lines.join('\n');
  }

  #level(bindings: object): Record<string, unknown> {
    const write = (...what: unknown[]) => void this.lines.push(inspect([bindings, ...what], { depth: 10, showHidden: true }));
    const levels = Object.fromEntries(['trace', 'debug', 'info', 'warn', 'error', 'fatal'].map((name) => [name, write]));
    return { ...levels, child: (more: object) => this.#level({ ...bindings, ...more }) };
  }
}
