import { spawn, execSync } from 'node:child_process';
import { launchBrowser } from './support/browser.ts';
import { RoomPage } from './support/RoomPage.ts';
const port = 35300,
  origin = 35301,
  rtmp = 35302;
const base = '/tmp/sfusmoke';
execSync(`rm -rf ${base}/data; rm -f ${base}/out*.flv`);
const server = spawn(process.execPath, ['/work/main/server/dist/main.js'], {
  cwd: base,
  env: {
    ...process.env,
    PORT: String(port),
    ORIGIN_PORT: String(origin),
    RTC_PORT: '35400',
    RTC_WORKERS: '2',
    LIANMAI_API_KEY: 'k',
    LIANMAI_API_SECRET: 's'.repeat(40),
    DATA_DIR: `${base}/data`,
    LOG_LEVEL: 'info',
  },
  stdio: ['ignore', 'pipe', 'inherit'],
});
let log = '';
server.stdout.on('data', (d) => {
  log += d;
  process.stdout.write(d);
});
const sleep = (ms: number) => new Promise((r) => setTimeout(r, ms));
const api = async (method: string, path: string, body?: unknown) => {
  const r = await fetch(`http://127.0.0.1:${port}/api/v1${path}`, {
    method,
    headers: { authorization: 'Basic ' + Buffer.from('k:' + 's'.repeat(40)).toString('base64'), 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  const t = await r.text();
  let j;
  try {
    j = JSON.parse(t);
  } catch {
    j = t;
  }
  return { status: r.status, body: j };
};
let n = 0;
const listen = () =>
  spawn(
    'ffmpeg',
    [
      '-hide_banner',
      '-loglevel',
      'error',
      '-listen',
      '1',
      '-i',
      `rtmp://127.0.0.1:${rtmp}/app/secretkey`,
      '-c',
      'copy',
      '-y',
      `${base}/out${n++}.flv`,
    ],
    { stdio: ['pipe', 'inherit', 'inherit'] },
  );
let browser, rec;
try {
  for (let i = 0; i < 100; i++) {
    const r = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
    if (r?.ok) break;
    await sleep(100);
  }
  console.log('ready');
  browser = await launchBrowser();
  const sys = { url: `http://127.0.0.1:${port}` } as never;
  const ann = await RoomPage.join(browser, sys, { room: 'smoke', name: 'Ann' });
  const bob = await RoomPage.join(browser, sys, { room: 'smoke', name: 'Bob' });
  await bob.sees('Ann');
  await ann.sees('Bob');
  console.log('they see each other');
  rec = listen();
  await sleep(300);
  const t0 = performance.now();
  const started = await api('POST', '/rooms/smoke/live', {
    profile: '720p',
    outputs: [{ kind: 'rtmp', url: `rtmp://127.0.0.1:${rtmp}/app/secretkey` }],
  });
  console.log('POST live', started.status, (performance.now() - t0).toFixed(0), 'ms', JSON.stringify(started.body).slice(0, 400));
  const live = async (fits: (b: any) => boolean, ms = 15000) => {
    const s = performance.now();
    let last;
    while (performance.now() - s < ms) {
      last = (await api('GET', '/rooms/smoke/live')).body;
      if (fits(last)) return last;
      await sleep(30);
    }
    throw new Error('never: ' + JSON.stringify(last));
  };
  let info = await live((b) => b.state === 'live');
  console.log('state live after', (performance.now() - t0).toFixed(0));
  info = await live((b) => b.outputs?.[0]?.state === 'live');
  console.log('output live after', (performance.now() - t0).toFixed(0), JSON.stringify(info.outputs));
  await sleep(4000);
  info = (await api('GET', '/rooms/smoke/live')).body;
  console.log('stats', JSON.stringify(info.stats), 'hls', info.hlsPath, info.hlsViewers);
  const t1 = performance.now();
  const patched = await api('PATCH', '/rooms/smoke/live', { scene: { layout: 'side-by-side' } });
  console.log('PATCH', patched.status, (performance.now() - t1).toFixed(0), 'ms', JSON.stringify(patched.body).slice(0, 200));
  await bob.page
    .getByTestId('toggle-camera')
    .click()
    .catch((e) => console.log(String(e).slice(0, 100)));
  await sleep(1500);
  const m3u8 = await fetch(`http://127.0.0.1:${origin}${info.hlsPath}`);
  console.log('hls', m3u8.status, (await m3u8.text()).slice(0, 300).replaceAll('\n', ' | '));
  // kill the bridge
  const bridgePid = execSync(`pgrep -P ${server.pid} -f bridge/dist/main.js`).toString().trim();
  const frames = () => ann.tile('Bob').locator('video').count();
  const t2 = performance.now();
  process.kill(Number(bridgePid), 'SIGKILL');
  await live((b) => b.state === 'starting', 3000).then(
    (b) => console.log('honest:', b.state, JSON.stringify(b.reason)),
    (e) => console.log(String(e).slice(0, 200)),
  );
  rec = listen();
  info = await live((b) => b.state === 'live');
  console.log('live again after', (performance.now() - t2).toFixed(0), 'ms');
  info = await live((b) => b.outputs?.[0]?.state === 'live');
  console.log('output again after', (performance.now() - t2).toFixed(0), 'ms');
  await sleep(3000);
  // kill the worker with the room while live
  const pids = execSync(`pgrep -P ${server.pid} -f mediasoup-worker`).toString().trim().split('\n');
  const cpu = pids.map((p) => ({ p, t: Number(execSync(`cat /proc/${p}/stat`).toString().split(' ')[13]) })).sort((a, b) => b.t - a.t);
  process.kill(Number(cpu[0].p), 'SIGKILL');
  await sleep(3000);
  info = (await api('GET', '/rooms/smoke/live')).body;
  console.log('stats after worker kill', JSON.stringify(info.stats));
  const t3 = performance.now();
  const del = await api('DELETE', '/rooms/smoke/live');
  console.log('DELETE', del.status, (performance.now() - t3).toFixed(0), 'ms');
  info = (await api('GET', '/rooms/smoke/live')).body;
  console.log('end', info.state, JSON.stringify(info.outputs));
  const end = await fetch(`http://127.0.0.1:${origin}/live/smoke.m3u8`);
  console.log('hls end', end.status, (await end.text()).slice(-60).replaceAll('\n', ' | '));
  console.log('errors', ann.errors, bob.errors);
} catch (e) {
  console.error('SMOKE FAILED', e);
} finally {
  await browser?.close();
  const t = performance.now();
  server.kill('SIGTERM');
  await new Promise((r) => server.once('exit', r));
  console.log('server ended after', (performance.now() - t).toFixed(0), 'ms');
  rec?.kill('SIGKILL');
  console.log('left:', execSync('pgrep -fa "sfusmoke|35300|35301" || true').toString());
}
