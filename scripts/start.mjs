// @ts-check
// `npm start`: sets up whatever is missing, then becomes the supervisor of server and bridge. That runs in this very process, so Ctrl-C,
// a signal to npm and the end of the terminal all reach it, and it ends both.
import { readFileSync } from 'node:fs';
import * as path from 'node:path';
import { pathToFileURL } from 'node:url';
import { ROOT, runScript, say, setUp } from './setup/index.mjs';

const MAIN = path.join(ROOT, 'server/dist/main.js');
const NO_SETUP = '--no-setup';

const args = process.argv.slice(2);

await runScript(async () => {
  if (args.includes('--help') || args.includes('-h')) {
    // Answered without the server, so that --help needs no installation. A test compares it with the server's own help.
    process.stdout.write(readFileSync(new URL('setup/help.txt', import.meta.url), 'utf8'));
    return;
  }
  if (!args.includes(NO_SETUP)) {
    await setUp();
    say('▸ starting (seconds) …');
  }
  process.argv = [process.execPath, MAIN, ...args.filter((arg) => arg !== NO_SETUP)];
  await import(pathToFileURL(MAIN).href);
});
