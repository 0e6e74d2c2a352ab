// @ts-check
import { existsSync } from 'node:fs';
import * as path from 'node:path';
import { ROOT, run } from './run.mjs';
import { say, step } from './say.mjs';
import { fingerprint, isStamped, stamp } from './stamp.mjs';

/** tsc found type errors but wrote its output. That is good enough to start; `npm run check` reports the errors. */
const EXIT_BUILT_WITH_TYPE_ERRORS = 2;

const SHARED = ['package-lock.json', 'tsconfig.base.json', 'protocol'];

/** @type {{ name: string, what: string, estimate: string, sources: string[], outputs: string[], command: string[], cwd: string }[]} */
const BUILDS = [
  {
    name: 'server-build',
    what: 'building the server and the bridge',
    estimate: 'about 20 seconds',
    sources: [...SHARED, 'kit', 'server', 'bridge'],
    outputs: ['protocol/dist/index.js', 'kit/dist/index.js', 'server/dist/main.js', 'bridge/dist/main.js'],
    command: ['node_modules/typescript/bin/tsc', '-b', 'server/tsconfig.build.json', 'bridge/tsconfig.build.json'],
    cwd: '.',
  },
  {
    name: 'client-build',
    what: 'building the pages',
    estimate: 'about 15 seconds',
    sources: [...SHARED, 'client'],
    outputs: ['client/dist/index.html'],
    command: ['node_modules/vite/bin/vite.js', 'build'],
    cwd: 'client',
  },
];

/** Compiles what has changed since the last build. */
export async function build() {
  for (const { name, what, estimate, sources, outputs, command, cwd } of BUILDS) {
    const print = fingerprint(sources);
    if (isStamped(name, print) && outputs.every((file) => existsSync(path.join(ROOT, file)))) continue;
    const [script = '', ...args] = command;
    const code = await step(what, estimate, () =>
      run(process.execPath, [path.join(ROOT, script), ...args], { cwd: path.join(ROOT, cwd), okCodes: [0, EXIT_BUILT_WITH_TYPE_ERRORS] }),
    );
    if (code !== 0) say('  built, but with type errors: npm run check shows them');
    stamp(name, print);
  }
}
