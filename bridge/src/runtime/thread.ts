import { once } from 'node:events';
import { Worker, type ResourceLimits } from 'node:worker_threads';

/**
 * Starts a thread that runs the module `name` (without extension) beside `importerUrl`. When the sources are run directly, as in tests, the thread reads
 * TypeScript too.
 */
export function startThread(name: string, importerUrl: string, workerData: unknown, resourceLimits: ResourceLimits = {}): Worker {
  if (!importerUrl.endsWith('.ts')) return new Worker(new URL(`${name}.js`, importerUrl), { workerData, resourceLimits });
  const url = JSON.stringify(new URL(`${name}.ts`, importerUrl));
  const readTypeScript = `import('tsx/esm/api').then(({ register }) => { register(); return import(${url}); })`;
  return new Worker(readTypeScript, { eval: true, execArgv: ['--conditions=source'], workerData, resourceLimits });
}

/** Resolves with the first message of a thread that has just been started: it has loaded its modules. Resolves also when it fails instead. */
export const untilLoaded = (thread: Worker): Promise<void> =>
  once(thread, 'message').then(
    () => undefined,
    () => undefined,
  );
