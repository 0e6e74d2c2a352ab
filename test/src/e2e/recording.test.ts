import { writeFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { RecordingsReply, type StreamReply } from '@lianmai/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BRIDGE, faultsOf, livePicture, packets, Peer, probe, publishWith, System, until, type Packet } from '../support/index.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'lianmai-recorded-'));
/** Fragments are written to disk at least this often, and the disk takes a moment. */
const LOST_AT_MOST_MS = 1000;

let system: System;
beforeAll(async () => (system = await System.start({ env: { RESUME_GRACE_MS: '1000' } })));
afterAll(async () => {
  await system.stop();
});

const recordingsOf = async ({ name }: StreamReply) =>
  RecordingsReply.parse((await system.api('GET', `/recordings?name=${name}`)).body).recordings;
const completed = (stream: StreamReply) =>
  until('the recording is complete', async () => (await recordingsOf(stream)).find(({ state }) => state === 'complete'));

async function download(url: string, name: string): Promise<string> {
  const response = await fetch(url);
  expect(response.status).toBe(200);
  const file = join(FOLDER, name);
  writeFileSync(file, Buffer.from(await response.arrayBuffer()));
  return file;
}

function lengthMs(all: readonly Packet[]): number {
  const times = all.filter(({ kind }) => kind === 'video').map(({ dtsMs }) => dtsMs);
  return Math.max(...times) - Math.min(...times);
}

/** Starts a stream and lets it run for `seconds`. */
async function broadcast(stream: StreamReply, seconds: number): Promise<{ peer: Peer }> {
  const peer = publishWith(livePicture(), stream.publish.rtmp);
  const [recording] = await until('the recording starts', async () => {
    const all = await recordingsOf(stream);
    return all.some(({ state }) => state === 'recording') && all;
  });
  const liveSinceMs = recording?.startedAtMs ?? 0;
  await until('the stream has run long enough', () => Date.now() - liveSinceMs > seconds * 1000);
  return { peer };
}

describe.concurrent('a recording', () => {
  it.each(['mp4', 'flv'] as const)('downloads as %s, whole and in ranges, and holds what was sent', async (format) => {
    const stream = await system.createStream(`kept-${format}`, { record: { format, segmentSeconds: null } });
    const { peer } = await broadcast(stream, 4);
    await peer.stop();
    const recording = await completed(stream);
    expect(recording.gaps).toEqual([]);
    const piece = await fetch(recording.url, { headers: { range: 'bytes=100-199' } });
    expect([piece.status, (await piece.arrayBuffer()).byteLength]).toEqual([206, 100]);
    expect(piece.headers.get('content-range')).toMatch(/^bytes 100-199\/\d+$/);
    const file = await download(recording.url, `whole.${format}`);
    const found = await probe(file, { seconds: 60 });
    expect([found.video?.codec_name, found.video?.width, found.audio?.codec_name]).toEqual(['h264', 320, 'aac']);
    expect(faultsOf(found)).toEqual([]);
    const pictures = found.packets.filter(({ kind }) => kind === 'video').length;
    expect(Math.abs(pictures / 15 - recording.durationMs / 1000)).toBeLessThan(0.5);
    // A guessed name does not download.
    expect((await fetch(recording.url.replace(/[^/]+$/, 'guessed'))).status).toBeOneOf([401, 403, 404]);
    expect((await system.api('DELETE', `/recordings/${recording.id}`)).status).toBe(204);
    expect((await fetch(recording.url)).status).toBe(404);
  });
});

describe('an interrupted recording', () => {
  it('loses at most a second when the bridge is killed', async () => {
    const stream = await system.createStream('killed', { record: { format: 'mp4', segmentSeconds: null } });
    // A player that waits gets the stream from its first key frame, as the recording does.
    const watched = join(FOLDER, 'watched.mkv');
    const url = `${stream.play.flv}?wait=1`;
    const viewer = new Peer('ffmpeg', ['-nostdin', '-v', 'error', '-copyts', '-i', url, '-c', 'copy', '-y', watched]);
    const { peer } = await broadcast(stream, 5);
    expect(system.kill(BRIDGE)).toHaveLength(1);
    await Promise.all([peer.exited, viewer.exited]);
    const recording = await completed(stream);
    const found = await probe(await download(recording.url, 'killed.mp4'), { seconds: 60 });
    const onAirMs = lengthMs(await packets(watched));
    const keptMs = lengthMs(found.packets);
    console.log(`SIGKILL of the bridge: ${Math.round(onAirMs)} ms were on air, ${Math.round(keptMs)} ms were kept`);
    expect(onAirMs - keptMs).toBeLessThan(LOST_AT_MOST_MS);
    expect(faultsOf(found)).toEqual([]);
  });
});
