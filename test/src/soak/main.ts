/** `npm run test:soak -- --minutes 60`: viewers come and go by every protocol while a broadcaster sends; the resources that the processes hold must not grow. */
import { parseArgs } from 'node:util';
import type { StreamReply } from '@lianmai/protocol';
import { BRIDGE, launchBrowser, livePicture, pause, publishWith, System, until, type Peer } from '../support/index.js';
import { judge, print, type Round } from './growth.js';
import { sample, SPY_ENV } from './heldResources.js';
import { playersFor } from './visits.js';

const ROUND_MS = 60_000;
/** Long enough for the sessions, sockets and posters of viewers who left to expire. */
const QUIET_MS = 15_000;
const STAY_MS = { least: 1000, most: 8000 };
const JOIN_EVERY_MS = 400;

const { values } = parseArgs({ options: { minutes: { type: 'string', default: '60' } } });
const rounds = Math.max(3, Math.round((Number(values.minutes) * 60_000) / ROUND_MS));

const system = await System.start({ env: { ...SPY_ENV, DVR_SECONDS: '30', RESUME_GRACE_MS: '2000', LOG_LEVEL: 'warn' } });
const browser = await launchBrowser();
const stream = await system.createStream('soak');
const broadcaster: Peer = publishWith(livePicture(), stream.publish.rtmp);
await until('the stream is live', async () => (await fetch(stream.play.hls)).ok, 30_000);
const bridgePid = system.children(BRIDGE)[0]?.pid ?? 0;
const players = playersFor(browser, `${system.url}/healthz`);
const failures: Record<string, number> = {};
const played: Record<string, number> = {};

async function visit(kind: string, to: StreamReply): Promise<void> {
  const left = new AbortController();
  const timer = setTimeout(() => left.abort(), STAY_MS.least + Math.random() * (STAY_MS.most - STAY_MS.least));
  const got = await (players[kind]?.(to, left.signal) ?? Promise.resolve(0)).catch((error: unknown) => {
    console.error(`${kind}: ${String(error)}`);
    return 0;
  });
  clearTimeout(timer);
  const count = got > 0 ? played : failures;
  count[kind] = (count[kind] ?? 0) + 1;
}

/** Creates a stream that is published, watched, dropped by its broadcaster and deleted. */
async function shortLife(index: number): Promise<void> {
  const brief = await system.createStream(`brief-${index}`);
  const peer = publishWith(livePicture(), index % 2 === 0 ? brief.publish.rtmp : brief.publish.srt);
  await until('the brief stream is live', async () => (await fetch(brief.play.flv, { method: 'HEAD' })).ok, 20_000).catch(
    () => (failures['publish'] = (failures['publish'] ?? 0) + 1),
  );
  await Promise.all(['flv', 'hls', 'rtmp'].map((kind) => visit(kind, brief)));
  await (index % 3 === 0 ? peer.stop() : peer.kill());
  await system.api('DELETE', `/streams/${brief.id}`);
}

const history: Round[] = [];
for (let index = 0; index < rounds; index++) {
  const endsAtMs = Date.now() + ROUND_MS - QUIET_MS - STAY_MS.most;
  const visits = [shortLife(index)];
  const kinds = Object.keys(players);
  for (let joined = 0; Date.now() < endsAtMs; joined++) {
    visits.push(visit(kinds[joined % kinds.length] ?? '', stream));
    // Viewers come one by one: a page costs this machine more than the server.
    await pause(JOIN_EVERY_MS);
  }
  await Promise.all(visits);
  await pause(QUIET_MS);
  const round = { server: await sample(system.pid), bridge: await sample(bridgePid) };
  history.push(round);
  print(index, round);
}
console.log(`got media: ${JSON.stringify(played)}, got none: ${JSON.stringify(failures)}`);
const grown = judge(history);
if (broadcaster.hasExited) grown.push('the broadcaster was cut off');
if (system.children(BRIDGE)[0]?.pid !== bridgePid) grown.push('the bridge was restarted');
for (const one of grown) console.log(`✗ ${one}`);
await Promise.all([broadcaster.stop(), browser.close()]);
await system.stop();
console.log(grown.length === 0 ? 'nothing grew' : `${grown.length} grew`);
process.exit(grown.length === 0 ? 0 : 1);
