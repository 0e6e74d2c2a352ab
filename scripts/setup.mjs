// @ts-check
// `npm run setup`: everything that `npm start` (or with --tests, `npm test`) would install and build, and nothing more.
import { runScript, setUp } from './setup/index.mjs';

await runScript(() => setUp({ forTests: process.argv.includes('--tests') }));
