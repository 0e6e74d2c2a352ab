/**
 * The entry point: becomes the supervisor, which runs server and bridge as its children. Like the server's own entry it imports nothing but
 * Node's own modules first, because the loader's errors mislead where few files may be open.
 */
import { fewFilesHint } from './openFiles.js';

try {
  const { Supervisor } = await import('./supervisor/index.js');
  process.exitCode = await Supervisor.run();
} catch (error) {
  process.stderr.write(fewFilesHint() ?? `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  process.exit(1);
}
