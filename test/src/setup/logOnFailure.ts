import { afterEach } from 'vitest';
import { System } from '../support/System.js';

const LAST_LINES = 80;

/** Prints what every running system logged last when a test fails: a failure elsewhere, such as in CI, can seldom be repeated. */
afterEach(({ task }) => {
  if (task.result?.state !== 'fail') return;
  for (const { url, output } of System.running) {
    const lines = output.trimEnd().split('\n').slice(-LAST_LINES);
    process.stderr.write(`last lines of ${url} when "${task.name}" failed:\n${lines.join('\n')}\n`);
  }
});
