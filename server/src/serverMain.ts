/**
 * The server process, which the supervisor runs. It imports nothing but Node's own modules, because loading all others opens hundreds of files
 * at once; where that is not allowed, the loader's own errors mislead.
 */
import { fewFilesHint } from './openFiles.js';

const { run } = await import('./run.js').catch((error: unknown) => fail(fewFilesHint() ?? traceOf(error)));
await run().catch((error: unknown) => fail(`${traceOf(error)}${fewFilesHint() ?? ''}`));

function fail(message: string): never {
  process.stderr.write(message);
  process.exit(1);
}

function traceOf(error: unknown): string {
  return `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`;
}
