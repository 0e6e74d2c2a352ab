import { defineConfig } from 'vitest/config';

/** Unit tests stand beside the source and read TypeScript directly: nothing has to be built. */
export default defineConfig({
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
  test: { include: ['{protocol,kit,server,bridge,client}/src/**/*.test.{ts,tsx}'], testTimeout: 20_000 },
});
