import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { ProgramInfo, RecordingsReply, type RecordFormat, type StreamReply } from '@lianmai/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BRIDGE, livePicture, meanColour, packets, pictures, publishWith, System, timeline, until } from '../support/index.js';

type Entry = RecordingsReply['recordings'][number];
const run = promisify(execFile);
const FORMATS: readonly RecordFormat[] = ['mp4', 'flv', 'hls'];
const ROOM = 'tower';
/** A busy machine may take so long to notice anything. */
const BUSY_MS = 5000;
const BEFORE = '#c01010';
const AFTER = '#1010c0';

let system: System;
// Long enough for encoders that start again on a busy machine.
beforeAll(async () => (system = await System.start({ env: { RESUME_GRACE_MS: '60000' } })));
afterAll(async () => {
  await system?.stop();
});

const recordingsOf = async (name: string) => RecordingsReply.parse((await system.api('GET', `/recordings?name=${name}`)).body).recordings;

/** Waits until everything of a name is in a single recording for which `is` holds. */
async function only(what: string, name: string, is: (recording: Entry) => boolean): Promise<Entry> {
  const [recording, ...others] = await until(what, async () => {
    const all = await recordingsOf(name);
    return all.some(is) && all;
  });
  expect(others, name).toEqual([]);
  return recording!;
}

/** Resolves when the recording has begun and some of its media is surely on the disk. */
async function recorded(name: string, ms = 4000): Promise<Entry> {
  const recording = await only('it is being recorded', name, ({ state }) => state === 'recording');
  const fromMs = Date.now();
  await until('it has been recorded for a while', () => Date.now() - fromMs > ms);
  return recording;
}

async function killBridge(): Promise<number> {
  await system.untilSpareBridge();
  expect(system.kill(BRIDGE)).toHaveLength(1);
  return Date.now();
}

/** Resolves when the recording goes on, and some of its new media is surely on the disk. */
async function goesOn(name: string, earlier: Entry): Promise<void> {
  const recording = await only('it goes on', name, ({ gaps, state }) => state === 'recording' && gaps.length > 0);
  expect(recording.id).toBe(earlier.id);
  await recorded(name);
}

/** The noted gap that begins when the bridge was killed. */
function gapAt({ startedAtMs, gaps }: Entry, atMs: number) {
  let missingMs = 0;
  for (const gap of gaps) {
    if (Math.abs(startedAtMs + gap.atMs + missingMs - atMs) < BUSY_MS) return gap;
    missingMs += gap.lengthMs;
  }
  return expect.fail(`no gap at ${atMs - startedAtMs} ms: ${JSON.stringify(gaps)}`);
}

/** Otherwise FFmpeg rounds to 25 pictures a second, and warns of two pictures that come closer together. */
const ITS_OWN_TIMES = ['-fps_mode', 'passthrough', '-enc_time_base', '-1'];

/** Judges a complete recording by what FFmpeg decodes from its URL: red before the kill, blue at the end. */
async function judge(recording: Entry, killedAtMs: number): Promise<void> {
  expect(recording).toMatchObject({ state: 'complete', reason: null });
  const { atMs, lengthMs } = gapAt(recording, killedAtMs);
  expect(lengthMs).toBeGreaterThan(0);
  console.log(`SIGKILL of the bridge: one ${recording.format} recording, gap of ${lengthMs} ms`);
  const { stderr } = await run('ffmpeg', ['-nostdin', '-v', 'warning', '-i', recording.url, ...ITS_OWN_TIMES, '-f', 'null', '-']);
  expect(stderr).toBe('');
  const all = await packets(recording.url);
  for (const kind of ['video', 'audio'] as const) {
    expect([recording.format, kind, timeline(all, kind).backward]).toEqual([recording.format, kind, 0]);
    const times = all.filter((packet) => packet.kind === kind).map(({ dtsMs }) => dtsMs);
    expect(times.filter((time) => time < atMs).length, `${kind} before the gap`).toBeGreaterThan(20);
    expect(times.filter((time) => time >= atMs).length, `${kind} after the gap`).toBeGreaterThan(20);
    expect(Math.abs(Math.max(...times) - recording.durationMs)).toBeLessThan(1000);
  }
  const frames = await pictures(recording.url, { fps: 5, width: 32, height: 18 });
  const colours = frames.map((frame) => meanColour(frame, 0.25, 0.25, 0.5, 0.5)).map(([red, , blue]) => (red > blue ? 'red' : 'blue'));
  const before = colours.slice(0, Math.max(1, Math.floor((atMs / 1000) * 5) - 2));
  expect([new Set(before), colours.at(-1)]).toEqual([new Set(['red']), 'blue']);
  expect(colours.indexOf('blue')).toBeLessThan(colours.length - 5);
}

describe('a recording whose bridge is killed', () => {
  it('goes on when its publisher comes back: one recording in every format, with a noted gap', async () => {
    const streams = await Promise.all(
      FORMATS.map((format) => system.createStream(`cam-${format}`, { record: { format, segmentSeconds: null } })),
    );
    const publish = (colour: string) => streams.map(({ publish: { rtmp } }) => publishWith(picture(colour), rtmp));
    const first = publish(BEFORE);
    const earlier = await Promise.all(streams.map(({ name }) => recorded(name)));
    const killedAtMs = await killBridge();
    await Promise.all(first.map(({ exited }) => exited));
    await until('streams can be published again', async () => (await fetch(`${system.originUrl}/readyz`)).ok);
    const second = publish(AFTER);
    await Promise.all(streams.map(({ name }, index) => goesOn(name, earlier[index]!)));
    await Promise.all(second.map((peer) => peer.stop()));
    for (const { name } of streams) {
      await judge(await only('it is complete', name, ({ state }) => state === 'complete'), killedAtMs);
    }
    await comesBackAfterItsEnd(streams[0]!);
  });

  it('goes on with the program, whatever process dies, until the program is stopped', async () => {
    await system.createStream(ROOM, { record: { format: 'mp4', segmentSeconds: null } });
    const scene = (colour: string) => ({ scene: { background: { colour } } });
    const start = () => system.api('POST', `/rooms/${ROOM}/live`, { profile: { name: '480p', preset: 'ultrafast' }, ...scene(BEFORE) });
    expect((await start()).status).toBe(201);
    const earlier = await recorded(ROOM);
    await system.endServer('SIGKILL');
    expect((await recorded(ROOM)).id).toBe(earlier.id);
    const killedAtMs = await killBridge();
    await goesOn(ROOM, earlier);
    await until(
      'the program is live',
      async () => ProgramInfo.parse((await system.api('GET', `/rooms/${ROOM}/live`)).body).state === 'live',
    );
    expect((await system.api('PATCH', `/rooms/${ROOM}/live`, scene(AFTER))).status).toBe(200);
    await recorded(ROOM);
    expect((await system.api('DELETE', `/rooms/${ROOM}/live`)).status).toBe(204);
    await judge(await only('it is complete', ROOM, ({ state }) => state === 'complete'), killedAtMs);
    expect((await start()).status).toBe(201);
    await until('the next program gets its own recording', async () => (await recordingsOf(ROOM)).length === 2);
  });
});

const picture = (colour: string) => livePicture(`color=c=${colour.replace('#', '0x')}:s=320x180:r=15`);

/** A broadcast that was ended is over, however soon the next one begins. */
async function comesBackAfterItsEnd({ name, publish }: StreamReply): Promise<void> {
  const peer = publishWith(picture(AFTER), publish.rtmp);
  await until('the next broadcast gets its own recording', async () => (await recordingsOf(name)).length === 2);
  await peer.stop();
}
