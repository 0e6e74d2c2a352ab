import { Scope } from '@lianmai/kit';
import fc from 'fast-check';
import { beforeAll, describe, expect, it, vi, type TestContext } from 'vitest';
import type { FlvTag } from '../../../media/formats/index.js';
import { StreamHub } from '../../../hub/stream/index.js';
import { encodeFlv, LoopedBroadcast, MemoryLog, openGate } from '../../../testing/index.js';
import { createOriginServer, type HlsSettings } from '../createOriginServer.js';
import { readMediaPlaylist } from './testing/readMediaPlaylist.js';
import { readMaster, validate, validateChange } from './testing/validatePlaylist.js';

let media: FlvTag[] = [];
beforeAll(async () => {
  media = await encodeFlv({ seconds: 2, gop: 30, size: '320x180', bFrames: 2 });
});

const STREAM = { app: 'cam', name: 'door' };

async function openOrigin({ onTestFinished }: TestContext, hls: Partial<HlsSettings> = {}) {
  const scope = new Scope();
  onTestFinished(() => scope.close('test ends'));
  const hub = scope.own(new StreamHub());
  const origin = scope.own(
    await createOriginServer({
      hub,
      gate: openGate(),
      port: 0,
      host: '127.0.0.1',
      log: new MemoryLog().log,
      hls: { targetMs: 1000, ...hls },
    }),
  );
  const publisher = hub.publish(STREAM);
  const base = `http://127.0.0.1:${origin.port}/cam/`;
  const get = (path: string) => fetch(new URL(path, base));
  const text = async (path: string) => (await get(path)).text();
  const playlists = async () => {
    await vi.waitFor(async () => expect((await get('door.m3u8')).status).toBe(200));
    const [main = '', audio = ''] = readMaster(await text('door.m3u8')).map(({ uri }) => uri);
    return { main, audio };
  };
  return { scope, publisher, base, get, text, playlists };
}

/** Starts a live broadcast and resolves when its master playlist exists. */
async function openLive(test: TestContext, hls: Partial<HlsSettings> = {}) {
  const { scope, playlists, ...origin } = await openOrigin(test, hls);
  const broadcast = new LoopedBroadcast(media, origin.publisher);
  scope.defer(() => broadcast.stop());
  return { ...origin, broadcast, ...(await playlists()) };
}

/** Publishes as much media as it is told to, at once. */
function handDriven(publisher: ReturnType<StreamHub['publish']>): (ms: number) => void {
  let next = 0;
  let untilMs = 0;
  return (ms) => {
    for (untilMs += ms; ; next++) {
      const tag = media[next % media.length]!;
      const dtsMs = tag.dtsMs + Math.floor(next / media.length) * 2000;
      if (dtsMs > untilMs) return;
      publisher.write({ ...tag, dtsMs });
    }
  };
}

const edgeOf = (playlist: string) => {
  const read = readMediaPlaylist(playlist);
  const last = read.segments.at(-1);
  return last?.uri === null ? { msn: last.sequence, part: last.parts.length } : { msn: (last?.sequence ?? 0) + 1, part: 0 };
};

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

/** The tests run concurrently, because each waits for a broadcast of its own. */
describe.concurrent('LL-HLS', () => {
  it('complies with RFC 8216bis in every playlist version, over blocking reloads', async (test) => {
    const { publisher, text, playlists } = await openOrigin(test);
    const play = handDriven(publisher);
    play(2500);
    const { main, audio } = await playlists();
    for (const uri of [main, audio]) {
      let former = await text(uri);
      expect(validate(former)).toEqual([]);
      for (let reload = 0; reload < 7; reload++) {
        const { msn, part } = edgeOf(former);
        const held = text(`${uri}&_HLS_msn=${msn}&_HLS_part=${part}`);
        // A part never holds more media than this, so waiting for more would block forever.
        play(700);
        const next = await held;
        expect(validate(next)).toEqual([]);
        expect(validateChange(former, next)).toEqual([]);
        const { msn: gotMsn, part: gotPart } = edgeOf(next);
        expect([gotMsn, gotPart] > [msn, part]).toBe(true);
        former = next;
      }
    }
  });

  it('serves each hinted part as soon as it exists; a segment equals its parts', async (test) => {
    const { base, text, main } = await openLive(test);
    const playlistUrl = new URL(main, base);
    const parts: Buffer[] = [];
    const names: string[] = [];
    let { hint } = readMediaPlaylist(await text(main));
    const first = await vi.waitFor(async () => {
      ({ hint } = readMediaPlaylist(await text(main)));
      expect(hint).toMatch(/\.0\.m4s$/);
      return hint ?? '';
    });
    for (let name = first; /\d+\.(\d+)\.m4s$/.exec(name) && name.startsWith(first.slice(0, -'.0.m4s'.length));) {
      const response = await fetch(new URL(name, playlistUrl));
      expect(response.status).toBe(200);
      parts.push(await bytesOf(response));
      names.push(name);
      name = readMediaPlaylist(await text(main)).hint ?? '';
    }
    const segment = await fetch(new URL(first.replace('.0.m4s', '.m4s'), playlistUrl));
    expect(segment.headers.get('cache-control')).toBe('public, max-age=86400, immutable');
    expect((await bytesOf(segment)).equals(Buffer.concat(parts))).toBe(true);
    expect(parts.length).toBeGreaterThanOrEqual(3);
  });

  it('reports the position of each playlist in the other', async (test) => {
    const { text, main, audio } = await openLive(test);
    const [report] = readMediaPlaylist(await text(main)).reports;
    expect(report?.get('URI')).toBe(`"${audio.replace(/^.*\//, '')}"`);
    const heard = readMediaPlaylist(await text(audio));
    expect(heard.segments.some(({ sequence }) => sequence === Number(report?.get('LAST-MSN')))).toBe(true);
    expect(heard.reports[0]?.get('URI')).toBe(`"${main.replace(/^.*\//, '')}"`);
  });

  it('follows 6.2.5.2 for directives: at once, held, or 400', async (test) => {
    const { get, text, main } = await openLive(test);
    const edge = async () => edgeOf(await text(main)).msn;
    const ask = (msn: number) =>
      Promise.all(
        [
          `&_HLS_msn=${msn - 2}`,
          `&_HLS_msn=${msn - 2}&_HLS_part=99`,
          `&_HLS_part=1`,
          `&_HLS_msn=x`,
          `&_HLS_msn=-1`,
          `&_HLS_msn=1.5`,
          `&_HLS_msn=${msn + 8}`,
          `&_HLS_msn=${msn}&_HLS_part=60`,
          `&_HLS_msn=${msn}&_HLS_part=x`,
          `&_HLS_msn=999999999999999999999`,
          '&_HLS_skip=MAYBE',
          '&_HLS_other=1',
        ].map(async (query) => (await get(`${main}${query}`)).status),
      );
    let msn = await edge();
    let statuses = await ask(msn);
    // Another segment may have begun meanwhile on a busy machine: then the questions meant something else.
    for (let now = await edge(); now !== msn; now = await edge()) statuses = await ask((msn = now));
    expect(statuses).toEqual([200, 200, 400, 400, 400, 400, 400, 400, 400, 400, 200, 200]);
  });

  it('answers 503 when the stream stalls, and at once when it ends', async (test) => {
    const { get, text, main, broadcast, publisher } = await openLive(test);
    broadcast.stop();
    const { msn, part } = edgeOf(await text(main));
    const late = await get(`${main}&_HLS_msn=${msn}&_HLS_part=${part + 1}`);
    expect(late.status).toBe(503);
    expect(await late.json()).toMatchObject({ error: { code: 'BRIDGE_UNAVAILABLE' } });
    const held = text(`${main}&_HLS_msn=${msn}&_HLS_part=${part + 1}`);
    await publisher.close('end', true);
    expect(readMediaPlaylist(await held).isEnded).toBe(true);
    expect(validate(await text(main))).toEqual([]);
  });

  it('answers any query with a playlist or an error', async (test) => {
    const { get, broadcast, publisher } = await openLive(test);
    broadcast.stop();
    await publisher.close('end', true);
    const value = fc.oneof(
      fc.string({ maxLength: 40 }),
      fc.constantFrom('YES', 'v2', '0', '1', String(Number.MAX_SAFE_INTEGER), '%00', '"', '\n'),
    );
    const name = fc.constantFrom('_HLS_msn', '_HLS_part', '_HLS_skip', 'session', 'dvr', '_HLS_', 'a');
    const file = fc.constantFrom(
      'door.m3u8',
      'door/index.m3u8',
      'door/audio.m3u8',
      'door/dvr.m3u8',
      'door/AAAAAAAAAAAAAAAA/1.m4s',
      'door/x/1.2.m4s',
    );
    await fc.assert(
      fc.asyncProperty(file, fc.array(fc.tuple(name, value), { maxLength: 5 }), async (path, pairs) => {
        const query = new URLSearchParams(pairs.map(([key, text]) => [key, text] as [string, string]));
        const response = await get(`${path}?${query.toString()}`);
        const body = await response.text();
        expect([200, 400, 404]).toContain(response.status);
        // No text from the query may end a playlist line or a quoted string.
        if (response.status === 200 && path !== 'door.m3u8') expect(validate(body)).toEqual([]);
        if (response.status === 200 && path === 'door.m3u8') expect([1, 2]).toContain(readMaster(body).length);
      }),
      { numRuns: 300 },
    );
  });
});
