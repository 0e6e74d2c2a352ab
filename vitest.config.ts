import { defineConfig } from 'vitest/config';

/** Tests with real FFmpeg, mediasoup, sockets and other programs. */
const MEDIA = [
  'bridge/src/{program,sfu,egress,servers/http,servers/rtmp,servers/srt,media/ffmpeg,pull,runtime/outbound,hub/renditions,recorder}/**/*.test.ts',
  'server/src/{sfu,program,bridge,webrtc}/**/*.test.ts',
  'bridge/src/main.test.ts',
];
/** Those of them that depend on the clock. They run last, one file at a time, or they would measure each other. */
const TIMED = [
  'bridge/src/{program/sources,program/encoder,program,hub/renditions}/**/*.test.ts',
  'bridge/src/sfu/out/*.test.ts',
  'bridge/src/servers/http/{flv/flv,hls/lowLatency,hls/chromium}.test.ts',
  'server/src/{sfu,program,bridge}/**/*.test.ts',
];
const NEVER = ['**/node_modules/**', '**/dist/**', 'test/src/{e2e,faults}/**'];

/** Unit tests stand beside the source and read TypeScript directly, so nothing has to be built. */
const shared = {
  resolve: { conditions: ['source'] },
  ssr: { resolve: { conditions: ['source'] } },
};
/** `npm run test:fuzz` multiplies the inputs of the parsers' tests by this. */
const scale = Math.max(1, Number(process.env['FUZZ_SCALE'] ?? 1));
/** They only end tests that hang; a busy machine may take ten times as long as usual. */
const times = { testTimeout: 120_000 * scale, hookTimeout: 120_000, setupFiles: 'test/src/setup/patience.ts' };

export default defineConfig({
  test: {
    globalSetup: 'test/src/setup/testFolder.mjs',
    projects: [
      {
        ...shared,
        test: {
          ...times,
          name: 'pure',
          include: ['{protocol,kit,server,bridge,client,test}/src/**/*.test.{ts,tsx}', '{scripts,deploy}/**/*.test.ts'],
          exclude: [...NEVER, ...MEDIA],
          maxWorkers: '100%',
          sequence: { groupOrder: 0 },
        },
      },
      {
        // They mostly wait for sockets: two files at a time, however many cores there are.
        ...shared,
        test: { ...times, name: 'media', include: MEDIA, exclude: [...NEVER, ...TIMED], maxWorkers: 2, sequence: { groupOrder: 1 } },
      },
      {
        ...shared,
        test: {
          ...times,
          name: 'timed',
          include: TIMED,
          exclude: NEVER,
          fileParallelism: false,
          maxWorkers: 1,
          maxConcurrency: 3,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
