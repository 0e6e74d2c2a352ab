import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  BEEP_HZ,
  ffmpeg,
  flashAndBeep,
  freePorts,
  launchBrowser,
  packets,
  PATIENCE_MS,
  pause,
  RoomPage,
  RtmpListener,
  samples,
  System,
  tone,
  until,
} from '../support/index.js';

/** From a sound's arrival at the page's own track to its capture time as the browser reports it: a microphone buffer and an Opus packet. */
const MICROPHONE_DELAY_MS = 18;
/** Enough for a steady median. */
const FLASHES = 7;

interface Onsets {
  flashes: number[];
  beeps: number[];
}

/**
 * Notes, in the publisher's page, when each flash and beep leaves the camera and the microphone: the fake devices drift, so the files are no reference.
 * Times are those of the browser's capture clocks, which do not depend on when this script gets to run; the shortest delay that anything took to reach the
 * script gives the offset between the two clocks.
 */
function watchDevices(): void {
  const found: Onsets = { flashes: [], beeps: [] };
  const ahead = { video: Infinity, audio: Infinity };
  const onsets = (): Onsets => ({
    flashes: found.flashes.map((at) => at + ahead.video),
    beeps: found.beeps.map((at) => at + ahead.audio),
  });
  Object.assign(window, { onsets });
  const processor = (track: MediaStreamTrack) =>
    new (
      window as unknown as { MediaStreamTrackProcessor: new (o: { track: MediaStreamTrack }) => { readable: ReadableStream } }
    ).MediaStreamTrackProcessor({ track: track.clone() }).readable.getReader();
  const watchVideo = async (track: MediaStreamTrack) => {
    const reader = processor(track);
    const context = new OffscreenCanvas(4, 4).getContext('2d', { willReadFrequently: true });
    for (let isBright = true; ;) {
      const { value, done } = (await reader.read()) as { value: VideoFrame; done: boolean };
      if (done) return;
      const capturedMs = value.timestamp / 1000;
      ahead.video = Math.min(ahead.video, performance.now() - capturedMs);
      context?.drawImage(value, 0, 0, 4, 4);
      value.close();
      const wasBright = isBright;
      isBright = (context?.getImageData(1, 1, 1, 1).data[0] ?? 0) > 140;
      if (isBright && !wasBright) found.flashes.push(capturedMs);
    }
  };
  const watchAudio = async (track: MediaStreamTrack) => {
    const reader = processor(track);
    for (let quietSince = 0; ;) {
      const { value, done } = (await reader.read()) as { value: AudioData; done: boolean };
      if (done) return;
      const capturedMs = value.timestamp / 1000;
      // The buffer's last sample is the newest.
      ahead.audio = Math.min(ahead.audio, performance.now() - capturedMs - (value.numberOfFrames / value.sampleRate) * 1000);
      const plane = new Float32Array(value.numberOfFrames);
      value.copyTo(plane, { planeIndex: 0, format: 'f32-planar' });
      const first = plane.findIndex((sample) => Math.abs(sample) > 0.05);
      if (first >= 0) {
        if (capturedMs - quietSince > 500) found.beeps.push(capturedMs + (first / value.sampleRate) * 1000);
        quietSince = capturedMs;
      }
      value.close();
    }
  };
  const original = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  navigator.mediaDevices.getUserMedia = async (constraints) => {
    const stream = await original(constraints);
    for (const track of stream.getVideoTracks()) void watchVideo(track);
    for (const track of stream.getAudioTracks()) void watchAudio(track);
    return stream;
  };
}

/** Flash minus beep for each flash that has a beep within half a second, ms. */
const offsets = ({ flashes, beeps }: Onsets) =>
  flashes.flatMap((flash) => {
    const near = beeps.map((beep) => flash - beep).filter((offset) => Math.abs(offset) < 500);
    return near.length > 0 ? [near.reduce((best, one) => (Math.abs(one) < Math.abs(best) ? one : best))] : [];
  });

const median = (values: number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Onsets in a recording, by its own timestamps. */
async function judge(file: string): Promise<Onsets> {
  const all = await packets(file);
  const videoTimes = all.filter((packet) => packet.kind === 'video').map((packet) => packet.ptsMs);
  const audioStart = all.find((packet) => packet.kind === 'audio')?.ptsMs ?? 0;
  const luma = await ffmpeg(
    '-i',
    file,
    '-an',
    '-vf',
    'scale=4:4:flags=area',
    '-fps_mode',
    'passthrough',
    '-f',
    'rawvideo',
    '-pix_fmt',
    'gray',
    'pipe:1',
  );
  const bright = videoTimes.map((_, index) => (luma[index * 16 + 5] ?? 0) > 130);
  const flashes = videoTimes.filter((_, index) => index > 0 && bright[index] && !bright[index - 1]);
  const audio = await samples(file);
  const beeps: number[] = [];
  const step = 48;
  for (let at = 0, quietSince = -48_000; at + 240 < audio.length; at += step) {
    if (tone(audio, BEEP_HZ, at, 240) < 0.04) continue;
    if (at - quietSince > 24_000) beeps.push(audioStart + at / 48);
    quietSince = at;
  }
  return { flashes, beeps };
}

describe('picture and sound of the program', () => {
  let system: System;
  let browser: Browser;
  let publisher: RoomPage;
  let rtmp: RtmpListener;

  beforeAll(async () => {
    [system, browser] = await Promise.all([System.start(), launchBrowser(await flashAndBeep())]);
    rtmp = new RtmpListener(await freePorts(), join(mkdtempSync(join(tmpdir(), 'lianmai-sync-')), 'program.flv'));
    publisher = await RoomPage.open(browser, system, `/`);
  });
  afterAll(async () => {
    await browser?.close();
    await rtmp?.kill();
    await system?.stop();
  });

  it('stay within 40 ms of each other, relative to what left the camera and the microphone', async () => {
    const page: Page = publisher.page;
    await page.addInitScript(watchDevices);
    const token = await system.token('sync', 'host', 'host', 'Flash');
    await page.goto(`${system.url}/r/sync?token=${token}`);
    await publisher.enter();
    const { status } = await system.api('POST', '/rooms/sync/live', { outputs: [{ kind: 'rtmp', url: rtmp.url }] });
    expect(status).toBeLessThan(300);
    await until('flashes and beeps are captured', () =>
      page.evaluate(() => (window as unknown as { onsets: () => Onsets }).onsets().beeps.length > 2),
    );
    // It takes a few seconds of sender reports until the browser's capture clock is known.
    await pause(6000);
    const from = await page.evaluate(() => performance.now());
    const fromMs = (await packets(rtmp.file)).at(-1)?.ptsMs ?? 0;
    const airedOffsets = ({ flashes, beeps }: Onsets) => offsets({ flashes: flashes.filter((at) => at > fromMs), beeps });
    // A machine too slow for 30 frames a second loses some.
    await until('enough flashes are on air', async () => airedOffsets(await judge(rtmp.file)).length >= FLASHES, 3 * PATIENCE_MS, 3000);
    const truth = await page.evaluate(() => (window as unknown as { onsets: () => Onsets }).onsets());
    await system.api('DELETE', '/rooms/sync/live');
    await rtmp.exited;
    const captured = offsets({ flashes: truth.flashes.filter((at) => at >= from), beeps: truth.beeps });
    const aired = airedOffsets(await judge(rtmp.file));
    expect(aired.length).toBeGreaterThanOrEqual(FLASHES);
    const error = median(aired) - (median(captured) - MICROPHONE_DELAY_MS);
    console.log(
      `A/V: captured ${median(captured).toFixed(0)} ms, on air ${median(aired).toFixed(0)} ms, error ${error.toFixed(0)} ms over ${aired.length} flashes`,
    );
    expect(Math.abs(error)).toBeLessThanOrEqual(40);
  });
});
