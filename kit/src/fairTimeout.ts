import { StallWatch } from './StallWatch.js';

/**
 * A limit for something that this process does in other threads, such as starting one. Time in which they wait for a core does not count, so a busy machine
 * fails nothing that merely takes long. `end` it when it is no longer needed.
 */
export function fairTimeout(ms: number): { signal: AbortSignal; end: () => void } {
  const controller = new AbortController();
  const watch = new StallWatch({
    task: { pid: process.pid },
    limitMs: ms,
    onStalled: () => {
      watch.close();
      controller.abort(new Error(`not within ${ms} ms`));
    },
  });
  return { signal: controller.signal, end: () => watch.close() };
}
