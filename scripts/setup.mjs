// @ts-check
// `npm run setup`: installs and builds what `npm start` (or with --tests, `npm test`) needs, and nothing more.
import { runScript, setUp } from './setup/index.mjs';

await runScript(() => setUp({ forTests: process.argv.includes('--tests') }));
