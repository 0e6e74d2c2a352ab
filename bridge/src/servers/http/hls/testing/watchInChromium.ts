import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const CHROMIUM =
  process.env['CHROMIUM_PATH'] ?? ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);
const ROOT = fileURLToPath(new URL('../../../../../../', import.meta.url));
/** The version that the client uses. */
const HLS_JS = path.join(ROOT, 'node_modules', 'hls.js', 'dist', 'hls.min.js');
const ARGUMENTS = [
  ...['--headless', '--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking', '--disable-component-update'],
  ...['--disable-background-timer-throttling', '--disable-renderer-backgrounding', '--autoplay-policy=no-user-gesture-required'],
];

/** Runs `script` in a page with hls.js as `Hls` and a `<video id="video">`. Returns the value passed to `report`. */
export async function watchInChromium(script: string, timeoutMs: number): Promise<unknown> {
  if (CHROMIUM === undefined) throw new Error('no Chromium: set CHROMIUM_PATH');
  const library = await readFile(HLS_JS);
  const page = `<video id="video" muted autoplay></video><script src="/hls.js"></script><script>
    const report = (what) => fetch('/report', { method: 'POST', body: JSON.stringify(what) });
    addEventListener('error', (event) => report({ error: String(event.message) }));
    addEventListener('unhandledrejection', (event) => report({ error: String(event.reason) }));
    ${script}</script>`;
  const profile = await mkdtemp(path.join(tmpdir(), 'chromium-'));
  let give: (what: unknown) => void = () => undefined;
  const reported = new Promise<unknown>((resolve) => (give = resolve));
  const server = createServer((request, response) => {
    if (request.url === '/hls.js') {
      response.end(library);
      return;
    }
    if (request.method !== 'POST') {
      response.setHeader('Content-Type', 'text/html').end(page);
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => give(JSON.parse(Buffer.concat(chunks).toString())));
    response.end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const browser = spawn(CHROMIUM, [...ARGUMENTS, `--user-data-dir=${profile}`, url], { stdio: 'ignore', detached: true });
  const timer = setTimeout(() => give({ error: 'the page reported nothing' }), timeoutMs);
  try {
    return await reported;
  } finally {
    clearTimeout(timer);
    // The browser has several processes; kill its whole group.
    if (browser.pid !== undefined) process.kill(-browser.pid, 'SIGKILL');
    server.close();
    server.closeAllConnections();
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}
