import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

/** The server that the development page talks to. */
const target = process.env['LIANMAI_SERVER'] ?? 'http://localhost:3000';

export default defineConfig({
  plugins: [react(), tailwindcss()],
  // 'source': the protocol workspace is bundled from its TypeScript, so the page needs no other build first.
  resolve: { conditions: ['source', ...defaultClientConditions] },
  build: { target: 'es2022', sourcemap: true, chunkSizeWarningLimit: 700 },
  server: {
    port: 5173,
    proxy: { '/api': target, '/healthz': target, '/socket.io': { target, ws: true } },
  },
});
