import { spawn, type ChildProcess } from 'node:child_process';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  clockFrames,
  type FlvTag,
  flvTags,
  latencies,
  launchBrowser,
  PATIENCE_MS,
  received,
  System,
  until,
  whep,
  whip,
} from '../support/index.js';

interface Urls {
  id: string;
  publish: { whip: string; rtmp: string };
  play: { whep: string; flv: string };
}

let system: System;
let browser: Browser;
let contexts: BrowserContext[] = [];

async function page(): Promise<Page> {
  const context = await browser.newContext({ permissions: ['camera', 'microphone'] });
  contexts.push(context);
  const opened = await context.newPage();
  await opened.goto(`${system.url}/healthz`);
  return opened;
}

async function stream(name: string): Promise<Urls> {
  const { status, body } = await system.api('POST', '/streams', { name });
  expect(status).toBe(201);
  return body as Urls;
}

const sdp = { 'content-type': 'application/sdp' };
const fragment = { 'content-type': 'application/trickle-ice-sdpfrag' };
const codeOf = async (response: Response) => ((await response.json()) as { error: { code: string } }).error.code;
const percentile = (sorted: readonly number[], share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? NaN);

beforeAll(async () => {
  system = await System.start();
  browser = await launchBrowser('red');
});
afterAll(async () => {
  await browser.close();
  await system.stop();
});
async function closePages() {
  await Promise.all(contexts.map((context) => context.close()));
  contexts = [];
}

describe('a page that publishes by WHIP', () => {
  let urls: Urls;
  let location = '';
  let etag = '';

  it('becomes a stream with sound from its first second, in sync, and a key frame every few seconds', async () => {
    urls = await stream('camera');
    const tags = flvTags(`${urls.play.flv}?wait=1`, 7);
    const opened = await whip(await page(), urls.publish.whip);
    expect(opened.status, opened.text).toBe(201);
    location = new URL(opened.location ?? '', urls.publish.whip).href;
    etag = opened.etag ?? '';
    const media = (await tags).filter(({ isConfig }) => !isConfig);
    const video = media.filter(({ kind }) => kind === 'video');
    const audio = media.filter(({ kind }) => kind === 'audio');
    const firstMs = Math.min(...media.map(({ timeMs }) => timeMs));
    expect(video.length).toBeGreaterThan(30);
    expect(audio.filter(({ timeMs }) => timeMs < firstMs + 1000).length).toBeGreaterThan(30);
    // Sound and picture that arrive together have about the same time.
    const skews = video.flatMap(({ timeMs, arrivedAtMs }) => {
      const heard = audio.filter((sound) => sound.arrivedAtMs <= arrivedAtMs).at(-1);
      return heard ? [timeMs - heard.timeMs] : [];
    });
    const sorted = skews.sort((a, b) => a - b);
    expect(Math.abs(percentile(sorted, 0.5)), `skews ${sorted.slice(0, 5).join()} ... ${sorted.slice(-5).join()}`).toBeLessThan(150);
    const keys = video.filter(({ isKey }) => isKey).map(({ timeMs }) => timeMs);
    const longest = Math.max(...keys.slice(1).map((timeMs, index) => timeMs - (keys[index] ?? 0)));
    expect(keys.length).toBeGreaterThan(1);
    expect(longest).toBeLessThan(4000);
    console.log(
      `WHIP: ${video.length} pictures, ${audio.length} sounds, key frames at most ${longest} ms apart, first A/V ${(audio[0]?.timeMs ?? 0) - (video[0]?.timeMs ?? 0)} ms`,
    );
  });

  it('keeps a second publisher out', async () => {
    const second = await whip(await page(), urls.publish.whip);
    expect([second.status, (JSON.parse(second.text) as { error: { code: string } }).error.code]).toEqual([409, 'CONFLICT']);
  });

  it('accepts candidates and ICE restarts, and requires the ETag', async () => {
    const patch = (body: string, match?: string) =>
      fetch(location, { method: 'PATCH', headers: { ...fragment, ...(match !== undefined && { 'if-match': match }) }, body });
    const candidate = 'a=mid:0\r\na=candidate:1 1 udp 2113667327 127.0.0.1 54400 typ host\r\na=end-of-candidates\r\n';
    expect((await patch(candidate, etag)).status).toBe(204);
    expect((await patch(candidate)).status).toBe(428);
    expect((await patch(candidate, '"other"')).status).toBe(412);
    expect((await patch('not a fragment', etag)).status).toBe(400);
    const restarted = await patch('a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n', '*');
    expect(restarted.status).toBe(200);
    expect(restarted.headers.get('content-type')).toContain('trickle-ice-sdpfrag');
    expect(restarted.headers.get('etag')).not.toBe(etag);
    expect(await restarted.text()).toMatch(/a=ice-ufrag:\S+\r\na=ice-pwd:\S+\r\n/);
    expect((await patch(candidate, etag)).status).toBe(412);
  });

  it('ends with DELETE, and so does its stream', async () => {
    expect((await fetch(location, { method: 'DELETE' })).status).toBe(200);
    expect((await fetch(location, { method: 'DELETE' })).status).toBe(404);
    await until(
      'the stream is over',
      async () => (await fetch(urls.play.whep, { method: 'POST', headers: sdp, body: 'v=0' })).status !== 409,
    );
    await closePages();
  });
});

describe('the WHIP endpoint', () => {
  it('tells pages of any origin what it accepts', async () => {
    const options = await fetch(`${system.url}/rtc/v1/whip/?stream=x`, {
      method: 'OPTIONS',
      headers: { origin: 'https://elsewhere.example' },
    });
    expect(options.status).toBe(204);
    expect(options.headers.get('accept-post')).toBe('application/sdp');
    expect(options.headers.get('access-control-allow-origin')).toBe('*');
    expect(options.headers.get('access-control-expose-headers')).toMatch(/Location.*ETag.*Link/);
  });

  it('rejects each kind of bad request with its own status', async () => {
    const endpoint = `${system.url}/rtc/v1/whip/?stream=nobody`;
    const post = (body: string, headers: Record<string, string> = sdp, url = endpoint) => fetch(url, { method: 'POST', headers, body });
    expect((await fetch(endpoint)).status).toBe(405);
    expect((await post('v=0', { 'content-type': 'text/plain' })).status).toBe(415);
    const garbage = await post('hello');
    expect([garbage.status, await codeOf(garbage)]).toEqual([400, 'BAD_REQUEST']);
    expect((await post('v=0\r\n', sdp, `${system.url}/rtc/v1/whip/?stream=..%2F`)).status).toBe(400);
    expect((await post('x'.repeat(200_000))).status).toBe(413);
    expect((await fetch(`${system.url}/rtc/v1/whip/unknown`, { method: 'DELETE' })).status).toBe(404);
  });

  it('requires the key, in the URL or as a bearer token, and WHEP gives 404 for a stream that is not live', async () => {
    const { publish, play } = await stream('locked');
    const [url = '', key = ''] = publish.whip.split('&key=');
    expect((await whip(await page(), `${url}&key=wrong`)).status).toBeOneOf([401, 403]);
    expect((await whip(await page(), url)).status).toBeOneOf([401, 403]);
    expect((await whep(await page(), play.whep)).status).toBe(404);
    const opened = await whip(await page(), url, { token: key });
    expect(opened.status, opened.text).toBe(201);
    await closePages();
  });
});

describe('a page that plays by WHEP', () => {
  it('sees a WHIP publisher at once with little delay, and is counted meanwhile', async () => {
    const { id, publish, play } = await stream('clock');
    const opened = await whip(await page(), publish.whip, { clock: true });
    expect(opened.status, opened.text).toBe(201);
    const viewer = await page();
    const first = await until('the stream is live', async () => {
      const watched = await whep(viewer, play.whep);
      return watched.status === 201 && watched;
    });
    const second = await whep(await page(), play.whep);
    await until('both are counted', async () => {
      const { body } = await system.api('GET', `/streams/${id}`);
      return (body as { status: { players: { whep?: number } } | null }).status?.players.whep === 2;
    });
    const delays = await until('the delay is less than a second', async () => {
      const all = await latencies(viewer, 4);
      return percentile(all, 0.5) < 1000 && all;
    });
    console.log(
      `WHIP to WHEP: first picture ${first.firstPictureMs} and ${second.firstPictureMs} ms, delay p50 ${percentile(delays, 0.5)} p95 ${percentile(delays, 0.95)} ms`,
    );
    expect([first.firstPictureMs, second.firstPictureMs]).not.toContain(null);
    const { audioPackets, audioEnergy } = await received(viewer);
    expect(audioPackets).toBeGreaterThan(50);
    expect(audioEnergy).toBeGreaterThan(0);
    await closePages();
  });

  it('loses its session when the publisher says goodbye, and a publisher that vanished does not block the next one', async () => {
    const { publish, play } = await stream('brief');
    const publisher = await page();
    const opened = await whip(publisher, publish.whip);
    const viewer = await page();
    const watched = await until('the stream is live', async () => {
      const one = await whep(viewer, play.whep);
      return one.status === 201 && one;
    });
    const session = new URL(watched.location ?? '', play.whep).href;
    expect((await fetch(new URL(opened.location ?? '', publish.whip), { method: 'DELETE' })).status).toBe(200);
    await until('the player’s session has ended', async () => (await fetch(session, { method: 'DELETE' })).status === 404);

    const again = await page();
    expect((await whip(again, publish.whip)).status).toBe(201);
    await again.close();
    await until('the name is free again', async () => (await whip(await page(), publish.whip)).status === 201, PATIENCE_MS, 1000);
    await closePages();
  });

  it('sees B-frames and hears AAC from RTMP, transcoded while somebody watches, and the API explains it', async () => {
    const { id, publish, play } = await stream('bframes');
    const sound = ['-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
    const picture = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-video_size', '320x180', '-use_wallclock_as_timestamps', '1', '-i', '-'];
    const x264 = ['-c:v', 'libx264', '-preset', 'veryfast', '-bf', '2', '-b_strategy', '0', '-pix_fmt', 'yuv420p', '-g', '30', '-r', '30'];
    const codecs = [...x264, '-rc-lookahead', '0', '-c:a', 'aac', '-flush_packets', '1', '-f', 'flv', publish.rtmp];
    const encoder = spawn('ffmpeg', ['-v', 'error', '-re', ...sound, ...picture, ...codecs], { stdio: ['pipe', 'ignore', 'inherit'] });
    const stopClock = clockFrames(encoder.stdin);
    try {
      const viewer = await page();
      const watched = await until(
        'the stream is live',
        async () => {
          const one = await whep(viewer, play.whep);
          return one.status === 201 && one;
        },
        PATIENCE_MS,
        500,
      );
      await until('frames and sound arrive', async () => {
        const { framesDecoded, audioEnergy } = await received(viewer);
        return framesDecoded > 60 && audioEnergy > 0;
      });
      const delays = await until('the delay is less than 2.5 s', async () => {
        const all = await latencies(viewer, 4);
        return percentile(all, 0.5) < 2500 && all;
      });
      console.log(
        `B-frames by RTMP to WHEP: first picture ${watched.firstPictureMs} ms, delay p50 ${percentile(delays, 0.5)} p95 ${percentile(delays, 0.95)} ms`,
      );
      const { body } = await system.api('GET', `/streams/${id}`);
      const { conversions } = (body as { status: { conversions: { target: string; why: string | null }[] } }).status;
      const webrtc = conversions.find(({ target }) => target === 'webrtc');
      expect(webrtc).toMatchObject({ video: 'transcoded', audio: 'transcoded', why: expect.stringMatching(/B-frames.*AAC/) });
      const clients = (await system.api('GET', `/streams/${id}/clients`)).body as { clients: { protocol: string; bytes: number }[] };
      expect(clients.clients.find(({ protocol }) => protocol === 'whep')?.bytes).toBeGreaterThan(10_000);
      const metrics = await (await fetch(`${system.url}/metrics`)).text();
      // Players of earlier tests may still be leaving.
      expect(metrics).toMatch(/^lianmai_webrtc_players [1-9]/m);
    } finally {
      stopClock();
      encoder.kill('SIGKILL');
      await closePages();
    }
  });

  it.each([
    ['largest first', [1, 4]],
    ['largest last', [4, 1]],
  ])('sees the largest layer of a WHIP publisher that sends several sizes, %s', async (order, scales) => {
    const { id, publish } = await stream(`layers-${scales[0]}`);
    const opened = await whip(await page(), publish.whip, { scales, clock: true });
    expect(opened.status, opened.text).toBe(201);
    expect(opened.text).toContain('a=simulcast:recv layer0;layer1');
    const widths: (number | undefined)[] = [];
    await until(
      `${order}: the video stays 640 wide`,
      async () => {
        const { body } = await system.api('GET', `/streams/${id}`);
        widths.push((body as { status: { video: { width: number } | null } | null }).status?.video?.width);
        return widths.length > 10 && widths.slice(-6).every((width) => width === 640);
      },
      PATIENCE_MS,
      500,
    );
    console.log(`simulcast by WHIP, ${order}: widths every 0.5 s: ${widths.join()}`);
    await closePages();
  });

  it('sees what FFmpeg publishes by RTMP with AAC, even after a reconnect', async () => {
    const { publish, play } = await stream('encoder');
    const args = ['-re', '-f', 'lavfi', '-i', 'testsrc2=size=320x180:rate=30', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
    const x264 = ['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p', '-g', '240', '-b:v', '400k'];
    const encode = () => spawn('ffmpeg', ['-v', 'error', ...args, ...x264, '-c:a', 'aac', '-t', '120', '-f', 'flv', publish.rtmp]);
    let encoder: ChildProcess = encode();
    try {
      const viewer = await page();
      const watched = await until(
        'the stream is live',
        async () => {
          const one = await whep(viewer, play.whep);
          return one.status === 201 && one;
        },
        PATIENCE_MS,
        300,
      );
      expect(watched.firstPictureMs).not.toBeNull();
      await until('frames and sound arrive', async () => {
        const { framesDecoded, audioEnergy } = await received(viewer);
        return framesDecoded > 90 && audioEnergy > 0;
      });
      // A viewer that joins just after a key frame does not wait 8 s for the next one, and does not disturb earlier viewers.
      const tags: FlvTag[] = [];
      void flvTags(play.flv, 120, tags).catch(() => undefined);
      const keys = () => tags.filter(({ isKey, isConfig }) => isKey && !isConfig).length;
      const another = await page();
      await until('the stream has begun', () => keys() > 0);
      const passed = keys();
      await until('a key frame passes', () => keys() > passed);
      const second = await whep(another, play.whep);
      expect(keys()).toBe(passed + 1);
      console.log(`RTMP to WHEP: first picture ${watched.firstPictureMs} ms, for the second viewer ${second.firstPictureMs} ms`);
      expect(second.firstPictureMs).not.toBeNull();
      // The publisher crashes and comes back: the viewer's session continues.
      encoder.kill('SIGKILL');
      const { framesDecoded } = await received(viewer);
      encoder = encode();
      await until('frames keep coming', async () => (await received(viewer)).framesDecoded > framesDecoded + 60);
    } finally {
      encoder.kill('SIGKILL');
      await closePages();
    }
  });
});
