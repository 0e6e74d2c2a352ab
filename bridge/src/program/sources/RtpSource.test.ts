import { rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { createLog, Scope } from '@lianmai/kit';
import { SourceId, type RtpTrack, type VideoCodec } from '@lianmai/protocol';
import { findFfmpeg, type Ffmpeg } from '../../media/ffmpeg/index.js';
import { RtpReceiver } from '../../media/rtp/index.js';
import { RtpSource } from './RtpSource.js';
import { PacketRecorder, type Tick } from './testing/PacketRecorder.js';
import { Relay } from './testing/Relay.js';
import { makeMedia, RtpSender } from './testing/RtpSender.js';

const log = createLog('test', 'silent');
const id = SourceId.parse('p1:camera');
/**
 * Red, with a white flash of 100 ms every second; a soft tone with a loud beep at each flash. Key frames every 500 ms, because FFmpeg does not answer
 * requests.
 */
const PICTURE = "color=0xff0000:s=320x180:r=30,drawbox=enable='lt(mod(t,1),0.1)':color=white:t=fill";
const SOUND = "aevalsrc='0.1*sin(2*PI*440*t)+if(lt(mod(t,1),0.1),0.5*sin(2*PI*1000*t),0)':s=48000";
const isRed = ({ picture }: Tick) => picture !== null && picture.v > 200 && picture.y < 120;
const isWhite = ({ picture }: Tick) => picture !== null && picture.y > 200;

let ffmpeg: Ffmpeg;
const files = new Map<VideoCodec, string>();
const fileOf = (codec: VideoCodec) => files.get(codec) ?? '';
const CODECS = ['VP8', 'H264', 'VP9'] as const;

async function createSource({ onTestFinished }: TestContext, codec: VideoCodec = 'VP8') {
  const file = fileOf(codec);
  const scope = new Scope();
  onTestFinished(() => scope.close('test ended'));
  const receiver = scope.own(await RtpReceiver.create({ log }));
  const audioRelay = scope.own(await Relay.create(receiver.port));
  const videoRelay = scope.own(await Relay.create(receiver.port));
  const requests: { trackId: string; atMs: number }[] = [];
  const requestKeyFrame = (trackId: string) => requests.push({ trackId, atMs: performance.now() });
  const source = scope.own(new RtpSource({ id, ffmpeg, receiver, requestKeyFrame, log }));
  const startSender = (ssrc: number, other = { codec, file }): { video: RtpTrack; audio: RtpTrack; sender: RtpSender } => {
    const ports = { videoPort: videoRelay.port, audioPort: audioRelay.port };
    const sender = scope.own(new RtpSender({ path: ffmpeg.path, log, ...other, ...ports, ssrc }));
    return { ...sender.tracks(id), sender };
  };
  const attach = ({ video, audio }: { video: RtpTrack; audio: RtpTrack }) => {
    source.attach(video);
    source.attach(audio);
  };
  const recorder = scope.own(new PacketRecorder(source));
  return { source, receiver, recorder, requests, startSender, attach, audioRelay, videoRelay };
}

/** How much later each flash came than its beep, ms. */
function offsetsMs(ticks: readonly Tick[]): number[] {
  const starts = <T>(pick: (tick: Tick) => T | null) =>
    ticks.flatMap((tick, i) => (i > 0 && pick(tick) !== null && pick(ticks[i - 1]!) === null ? [pick(tick)!] : []));
  const flashes = starts((tick) => (isWhite(tick) ? tick.atMs : null));
  const beeps = starts((tick) => tick.loudAtMs);
  return flashes.map((flash) =>
    beeps.map((beep) => flash - beep).reduce((best, next) => (Math.abs(next) < Math.abs(best) ? next : best), Infinity),
  );
}

const median = (values: readonly number[]) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? NaN;

/** Waits for `count` more ticks. */
async function ticksOf(recorder: PacketRecorder, count: number): Promise<Tick[]> {
  const from = recorder.ticks.length;
  await recorder.until(() => recorder.ticks.length >= from + count);
  return recorder.ticks.slice(from);
}

/** Waits until `count` ticks from `from` on fell into times when the sender and this process had enough CPU, and returns those. */
async function steadyTicks(recorder: PacketRecorder, relay: Relay, from: number, count: number): Promise<Tick[]> {
  const steady = () => recorder.ticks.slice(from).filter(({ atMs }) => relay.wasSteady(atMs));
  await recorder.until(() => steady().length >= count, 100_000);
  return steady();
}

/** These run concurrently: each waits for seconds of its own small video. */
describe.concurrent('RtpSource', () => {
  beforeAll(async () => {
    ffmpeg = await findFfmpeg();
    const media = { path: ffmpeg.path, log, picture: PICTURE, sound: SOUND, seconds: 14, keyFrameEvery: 15 };
    for (const codec of CODECS) files.set(codec, await makeMedia({ ...media, codec }));
  });

  afterAll(async () => {
    await Promise.all([...files.values()].map((file) => rm(dirname(file), { recursive: true })));
  });

  it.for(CODECS)('shows and plays a %s camera with picture and sound within 40 ms', async (codec, test) => {
    const { source, recorder, startSender, attach } = await createSource(test, codec);
    source.setTile({ width: 320, height: 180, fit: 'cover' });
    attach(startSender(1000));
    const first = await recorder.until(isRed);
    expect(first.picture).toMatchObject({ width: 320, height: 180 });
    const ticks = await ticksOf(recorder, 180);
    expect(offsetsMs(ticks).length).toBeGreaterThan(4);
    expect(Math.abs(median(offsetsMs(ticks.slice(60))))).toBeLessThan(40);
    const stats = source.stats();
    expect(stats).toMatchObject({ decoderRestarts: 0, lostPackets: 0, frameSize: { width: 320, height: 180 } });
    expect(stats.framesDecoded).toBeGreaterThan(120);
  });

  it('keeps audio and video in sync when the audio is 150 ms late on the way', async (test) => {
    const { source, recorder, startSender, attach, audioRelay } = await createSource(test);
    audioRelay.fate = () => [150];
    source.setTile({ width: 320, height: 180, fit: 'cover' });
    attach(startSender(1100));
    await recorder.until(isRed);
    const ticks = await ticksOf(recorder, 240);
    expect(Math.abs(median(offsetsMs(ticks.slice(90))))).toBeLessThan(40);
    expect(source.delayMs).toBeGreaterThan(150);
  });

  it('keeps its audio and its last frame when the decoder is killed, and soon has new frames', async (test) => {
    const { source, recorder, startSender, attach, requests, audioRelay } = await createSource(test);
    source.setTile({ width: 320, height: 180, fit: 'cover' });
    attach(startSender(1200));
    await recorder.until(({ picture, rms }) => picture !== null && rms > 0.01);
    await ticksOf(recorder, 60);
    const from = recorder.ticks.length;
    const requestsBefore = requests.length;
    const { decoderPid, framesDecoded } = source.stats();
    process.kill(decoderPid!, 'SIGKILL');
    await recorder.until(() => source.restarts === 1 && source.stats().framesDecoded > framesDecoded + 10);
    const ticks = [...recorder.ticks.slice(from), ...(await ticksOf(recorder, 20))];
    expect(ticks.every(({ picture }) => picture !== null)).toBe(true);
    expect((await steadyTicks(recorder, audioRelay, from, 20)).filter(({ rms }) => rms <= 0.01)).toEqual([]);
    expect(requests.length).toBeGreaterThan(requestsBefore);
    expect(longestFreezeMs(ticks)).toBeLessThan(1500);
    expect(source.stats().decoderPid).not.toBe(decoderPid);
  });

  it('replaces a decoder that hangs', async (test) => {
    const { source, recorder, startSender, attach } = await createSource(test);
    source.setTile({ width: 320, height: 180, fit: 'cover' });
    attach(startSender(1250));
    await recorder.until(({ picture }) => picture !== null);
    const { decoderPid, framesDecoded } = source.stats();
    process.kill(decoderPid!, 'SIGSTOP');
    await recorder.until(() => source.restarts === 1 && source.stats().framesDecoded > framesDecoded + 10);
    expect(source.stats().decoderPid).not.toBe(decoderPid);
  });

  it('continues with a new SSRC without restarting the decoder', async (test) => {
    const { source, recorder, startSender, attach } = await createSource(test);
    source.setTile({ width: 320, height: 180, fit: 'cover' });
    const first = startSender(1300);
    attach(first);
    await recorder.until(isRed);
    const pid = source.stats().decoderPid;
    await first.sender.close('reload');
    source.detach(first.video.trackId);
    const second = startSender(1310);
    attach(second);
    source.detach(first.audio.trackId);
    const { framesDecoded } = source.stats();
    const sequence = recorder.ticks.at(-1)?.picture?.sequence ?? 0;
    await recorder.until(({ picture, rms }) => (picture?.sequence ?? 0) > sequence + 20 && rms > 0.01);
    expect(source.stats()).toMatchObject({ decoderPid: pid, decoderRestarts: 0 });
    expect(source.stats().framesDecoded).toBeGreaterThan(framesDecoded);
  });

  it('changes its codec', async (test) => {
    const { source, recorder, startSender, attach } = await createSource(test);
    const other = { codec: 'H264', file: fileOf('H264') } as const;
    source.setTile({ width: 320, height: 180, fit: 'cover' });
    const first = startSender(1400);
    attach(first);
    await recorder.until(isRed);
    await first.sender.close('replaced');
    const { decoderPid } = source.stats();
    attach(startSender(1410, other));
    const sequence = recorder.ticks.at(-1)?.picture?.sequence ?? 0;
    await recorder.until(({ picture }) => (picture?.sequence ?? 0) > sequence + 20);
    expect(source.stats().decoderPid).not.toBe(decoderPid);
  });

  it('repairs reordering and retransmission without losing a frame', async (test) => {
    const { source, recorder, startSender, attach, audioRelay, videoRelay } = await createSource(test);
    source.setTile({ width: 320, height: 180, fit: 'cover' });
    const { video, audio } = startSender(1500);
    // The SFU reports the round trip that causes such retransmissions.
    attach({ video: { ...video, rttMs: 40 }, audio: { ...audio, rttMs: 40 } });
    await recorder.until(isRed);
    // 5 % arrive 40 ms later, as the SFU's retransmissions do, and all with up to 8 ms of jitter.
    audioRelay.fate = videoRelay.fate = (_, index) => [(index % 20 === 0 ? 40 : 0) + ((index * 7) % 9)];
    await ticksOf(recorder, 90);
    expect(source.stats().lostPackets).toBe(0);
    const ticks = await ticksOf(recorder, 90);
    expect(source.stats().lostPackets).toBe(0);
    expect(longestFreezeMs(ticks)).toBeLessThan(150);
    expect(Math.min(...ticks.map(({ rms }) => rms))).toBeGreaterThan(0.03);
  });

  it('freezes at a loss, asks for a key frame at most every 500 ms, continues with it, and conceals lost audio', async (test) => {
    const { source, recorder, startSender, attach, audioRelay, videoRelay, requests } = await createSource(test);
    source.setTile({ width: 320, height: 180, fit: 'cover' });
    const { video, audio } = startSender(1600);
    attach({ video, audio });
    await recorder.until(isRed);
    const asked = requests.length;
    audioRelay.fate = (_, index) => (index % 10 === 0 ? [] : [0]);
    videoRelay.fate = (_, index) => (index % 90 === 0 ? [] : [0]);
    const from = recorder.ticks.length;
    const ticks = await ticksOf(recorder, 240);
    const { lostPackets, frameSize } = source.stats();
    expect(lostPackets).toBeGreaterThan(5);
    expect(frameSize).toEqual({ width: 320, height: 180 });
    expect(longestFreezeMs(ticks)).toBeGreaterThan(60);
    expect(requests.length).toBeGreaterThan(asked);
    expect(requests.every(({ trackId }) => trackId === video.trackId)).toBe(true);
    requests.slice(1).forEach(({ atMs }, index) => expect(atMs - requests[index]!.atMs).toBeGreaterThan(490));
    expect((await steadyTicks(recorder, audioRelay, from + 30, 60)).filter(({ rms }) => rms < 0.01)).toEqual([]);
  });

  it('follows its tile without a new decoder, and stops decoding when it is not visible', async (test) => {
    const { source, recorder, startSender, attach, requests } = await createSource(test);
    attach(startSender(1700));
    await recorder.until(({ picture }) => picture?.width === 320);
    const { decoderPid } = source.stats();
    source.setTile({ width: 213 * 2, height: 240, fit: 'cover' });
    await recorder.until(({ picture }) => picture?.width === 428 && picture.height === 240);
    source.setTile({ width: 400, height: 300, fit: 'contain' });
    await recorder.until(({ picture }) => picture?.width === 400 && picture.height === 226);
    expect(source.stats().decoderPid).toBe(decoderPid);
    source.setTile(null);
    await recorder.until(() => source.stats().decoderPid === null);
    await recorder.until(({ picture, rms }) => picture === null && rms > 0.01);
    const asked = requests.length;
    source.setTile({ width: 320, height: 180, fit: 'cover' });
    await recorder.until(({ picture }) => picture?.width === 320);
    expect(requests.length).toBeGreaterThan(asked);
    expect(source.restarts).toBe(0);
  });
});

/** Longest time without a new frame, ms. */
function longestFreezeMs(ticks: readonly Tick[]): number {
  let longest = 0;
  let since = ticks[0]?.atMs ?? 0;
  ticks.forEach(({ atMs, picture }, index) => {
    if (picture?.sequence !== ticks[index - 1]?.picture?.sequence) since = atMs;
    longest = Math.max(longest, atMs - since);
  });
  return longest;
}
