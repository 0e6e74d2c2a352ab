import { defineConfig } from 'vitest/config';

/** Tests of code that runs against the clock with real FFmpeg or mediasoup: one file at a time, after the others, or they would measure each other. */
const MEDIA = ['bridge/src/{sources,encoder,program,egress,origin,ffmpeg,listeners,ingest,renditions,record}/**/*.test.ts', 'server/src/{sfu,live,bridge,webrtc}/**/*.test.ts'];
const NEVER = ['**/node_modules/**', '**/dist/**', 'test/src/{e2e,faults}/**'];

/** Unit tests stand beside the source and read TypeScript directly: nothing has to be built. */
const shared = {
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
};
const times = { testTimeout: 20_000, hookTimeout: 20_000 };

export default defineConfig({
  test: {
    projects: [
      {
        ...shared,
        test: {
          ...times,
          name: 'pure',
          include: ['{protocol,kit,server,bridge,client,test}/src/**/*.test.{ts,tsx}', '{scripts,deploy}/**/*.test.ts'],
          exclude: [...NEVER, ...MEDIA],
          sequence: { groupOrder: 0 },
        },
      },
      {
        ...shared,
        test: {
          ...times,
          name: 'media',
          include: MEDIA,
          exclude: NEVER,
          fileParallelism: false,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
