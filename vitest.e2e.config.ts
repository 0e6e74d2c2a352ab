import { defineConfig } from 'vitest/config';

/** The product from outside: real Chromium, mediasoup and FFmpeg, so one file at a time and patience. */
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    globalSetup: 'scripts/setup/testFolder.mjs',
    include: ['test/src/{e2e,faults}/**/*.test.ts'],
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 120_000,
    teardownTimeout: 30_000,
  },
});
