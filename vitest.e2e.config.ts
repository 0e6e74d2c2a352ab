import { defineConfig } from 'vitest/config';

/** Tests that mostly wait for broadcasters and processes: two files at a time. */
const WAITING = ['test/src/e2e/{start,streams,recording,resume}.test.ts'];

/** The product from outside, with real Chromium, mediasoup and FFmpeg: mostly one file at a time, with generous limits. */
const shared = {
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
};
const times = {
  testTimeout: 600_000,
  hookTimeout: 300_000,
  teardownTimeout: 30_000,
  setupFiles: 'test/src/setup/logOnFailure.ts',
};

export default defineConfig({
  test: {
    globalSetup: 'test/src/setup/testFolder.mjs',
    projects: [
      { ...shared, test: { ...times, name: 'waiting', include: WAITING, maxWorkers: 2, sequence: { groupOrder: 0 } } },
      {
        ...shared,
        test: {
          ...times,
          name: 'whole',
          include: ['test/src/{e2e,faults}/**/*.test.ts'],
          exclude: WAITING,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
