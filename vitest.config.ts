import { defineConfig } from 'vitest/config';

/** Unit tests stand beside the source and read TypeScript directly: nothing has to be built. */
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: {
    include: ['{protocol,kit,server,bridge,client,test}/src/**/*.test.{ts,tsx}', '{scripts,deploy}/**/*.test.ts'],
    exclude: ['**/node_modules/**', '**/dist/**', 'test/src/{e2e,faults}/**'],
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
