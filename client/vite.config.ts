import { gzipSync } from 'node:zlib';
import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig, type Plugin } from 'vite';

/** The server that the development page talks to. */
const target = process.env['LIANMAI_SERVER'] ?? 'http://localhost:3000';

interface PageBudget {
  kib: number;
  /** Chunks of texts that it needs. */
  texts: readonly string[];
}

/**
 * First-load script of each page, KiB gzipped: a phone on a poor network waits for all of it. The watch page includes the player's policy
 * and WebRTC; mpegts.js and hls.js load later, and only the one that plays. The streams page serves a single operator.
 */
const PAGES: Record<string, PageBudget> = {
  RoomPage: { kib: 160, texts: ['zh-CN'] },
  WatchPage: { kib: 168, texts: ['zh-CN', 'watch.zh-CN'] },
  StreamsPage: { kib: 200, texts: ['zh-CN', 'streams.zh-CN', 'outputs.zh-CN'] },
  RecordingsPage: { kib: 200, texts: ['zh-CN', 'streams.zh-CN', 'recordings.zh-CN'] },
};

/** Fails the build when a page's first load exceeds its budget, and lists the files. */
function budget(): Plugin {
  return {
    name: 'budget',
    apply: 'build',
    generateBundle(_, bundle) {
      const chunks = Object.values(bundle).filter((output) => output.type === 'chunk');
      const sizes = new Map(chunks.map((chunk) => [chunk.fileName, gzipSync(chunk.code).length]));
      const collect = (fileName: string, found = new Set<string>()): Set<string> => {
        if (!found.has(fileName)) {
          found.add(fileName);
          for (const next of chunks.find((chunk) => chunk.fileName === fileName)?.imports ?? []) collect(next, found);
        }
        return found;
      };
      for (const [page, { kib, texts }] of Object.entries(PAGES)) {
        const roots = chunks.filter((chunk) => chunk.isEntry || chunk.name === page || texts.includes(chunk.name));
        const files = [...new Set(roots.flatMap((chunk) => [...collect(chunk.fileName)]))];
        const bytes = files.reduce((sum, file) => sum + (sizes.get(file) ?? 0), 0);
        if (bytes > kib * 1024) {
          const list = files.map((file) => `${String(sizes.get(file))} ${file}`).join('\n  ');
          this.error(`${page} loads ${bytes} bytes of script before it is drawn; the budget is ${kib * 1024}:\n  ${list}`);
        }
      }
    },
  };
}

/**
 * Keeps the schemas of streams and programs out of the lobby: the bundler would merge small modules that only some pages need. Small
 * parts of the first pages are one file, which compresses better than many.
 */
const CHUNKS = [
  { name: 'base', test: /node_modules\/zod\/|protocol\/src\/(errors|ids|displayName|roles|streams)\.ts$/, priority: 2 },
  {
    name: 'controls',
    test: /client\/src\/(ui\/(Explanation|Field|IconButton|Pill|Switch|testIds)|state\/preferences|pages\/(router|useTitle))\.tsx?$|icons\/(chevron-right|eye|languages|volume-2)\./,
    priority: 1,
  },
  {
    name: 'devices',
    test: /client\/src\/(bindings\/(deviceCheck\/|DeviceSelect)|session\/(levelMeter|media\/(capture|deviceProblem))|state\/devices|ui\/(Meter|TrackVideo))|lucide-react\/.*\/(camera-off|mic|mic-off|video|video-off)\.\w+$/,
    priority: 1,
    includeDependenciesRecursively: false,
  },
  { name: 'streamsApi', test: /protocol\/src\/(streamsApi|streamJobs)\.ts$/, priority: 1 },
];

/** `/live/cam` is a page, `/live/cam.flv` is media. */
const pageOf = ({ url = '' }: { url?: string }) => (/\.\w+(\?|$)/.test(url) || url.split('/').length > 4 ? undefined : '/index.html');

export default defineConfig(({ mode }) => ({
  plugins: [react(), tailwindcss(), ...(mode === 'gallery' ? [] : [budget()])],
  // 'source' bundles the protocol workspace from TypeScript, so that nothing else must be built first.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: {
    target: 'es2022',
    sourcemap: true,
    chunkSizeWarningLimit: 700,
    rolldownOptions: { output: { codeSplitting: { groups: CHUNKS } } },
  },
  server: {
    port: 5173,
    proxy: {
      '/api': target,
      '/healthz': target,
      '/rtc': target,
      '/recordings': { target, bypass: pageOf },
      '/live': { target, ws: true, bypass: pageOf },
      '/socket.io': { target, ws: true },
    },
  },
}));
