import { expect, it } from 'vitest';
import { fewFilesHint } from './openFiles.js';

it('a low limit of open files explains a failed start, and says how to raise it', () => {
  expect(fewFilesHint(256)).toMatch(/only 256 files.*ulimit -n/);
  expect([fewFilesHint(1024), fewFilesHint(null)]).toEqual([null, null]);
});
