import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { OutputInfo, StreamReply } from '@lianmai/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  faultsOf,
  freePorts,
  has,
  hasNginxRtmp,
  livePicture,
  PATIENCE_MS,
  Peer,
  probe,
  probeStream,
  publishWith,
  RtmpListener,
  startNginxRtmp,
  System,
  until,
} from '../support/index.js';

const FOLDER = mkdtempSync(join(tmpdir(), 'lianmai-relay-'));

let system: System;
let stream: StreamReply;
let broadcaster: Peer;
beforeAll(async () => {
  system = await System.start({ env: { PULL_ALLOW_PRIVATE: 'true' } });
  stream = await system.createStream('origin');
  broadcaster = publishWith(livePicture(), stream.publish.rtmp);
  await until('the stream is live', async () => (await fetch(stream.play.hls)).ok);
});
afterAll(async () => {
  await broadcaster.kill();
  await system.stop();
});

const read = async () => StreamReply.parse((await system.api('GET', `/streams/${stream.id}`)).body);

async function pushTo(kind: 'rtmp' | 'srt', url: string): Promise<{ isLive: Promise<unknown>; stop(): Promise<void> }> {
  const { status, body } = await system.api('POST', `/streams/${stream.id}/outputs`, { kind, url });
  expect(status, JSON.stringify(body)).toBe(201);
  const { id } = OutputInfo.parse(body);
  const stateOf = async () => (await read()).outputs.find((output) => output.id === id)?.state;
  return {
    isLive: until('the output is live', async () => (await stateOf()) === 'live', 20_000),
    stop: async () => {
      expect((await system.api('DELETE', `/streams/${stream.id}/outputs/${id}`)).status).toBe(204);
      expect(await stateOf()).toBeUndefined();
    },
  };
}

describe.concurrent('pushing a stream', () => {
  it.skipIf(!hasNginxRtmp())('reaches the players of nginx-rtmp without a fault', async () => {
    const { peer, port } = await startNginxRtmp();
    const url = `rtmp://127.0.0.1:${port}/live/relayed`;
    const output = await pushTo('rtmp', url);
    await output.isLive;
    const played = await probeStream(url, { seconds: 3 });
    expect([played.video?.codec_name, played.audio?.codec_name]).toEqual(['h264', 'aac']);
    // nginx-rtmp starts players anywhere, so the first frame may not be a key frame.
    expect(faultsOf(played, { maxStartSkewMs: 2000 }).filter((fault) => !fault.includes('key frame'))).toEqual([]);
    await output.stop();
    await peer.kill();
  });

  it('reaches an RTMP server by FFmpeg', async () => {
    const listener = new RtmpListener(await freePorts(), join(FOLDER, 'pushed.flv'));
    const output = await pushTo('rtmp', listener.url);
    await output.isLive;
    await until('a few seconds have arrived', async () => (await probe(listener.file, { seconds: 10 })).packets.length > 200);
    await output.stop();
    await listener.exited;
    expect(faultsOf(await probe(listener.file, { seconds: 10 }))).toEqual([]);
  });

  it.each([
    ['FFmpeg', true],
    ['srt-live-transmit', has('srt-live-transmit')],
  ])('reaches an SRT listener by %s', async (program, isThere) => {
    if (!isThere) return;
    const port = await freePorts();
    const file = join(FOLDER, `${program}.ts`);
    const listener =
      program === 'FFmpeg'
        ? new Peer('ffmpeg', ['-nostdin', '-v', 'error', '-i', `srt://127.0.0.1:${port}?mode=listener`, '-c', 'copy', '-y', file])
        : new Peer('sh', ['-c', `exec srt-live-transmit -q "srt://127.0.0.1:${port}?mode=listener" file://con > ${file}`]);
    const output = await pushTo('srt', `srt://127.0.0.1:${port}`);
    await output.isLive;
    await until('a few seconds have arrived', async () => (await probe(file, { seconds: 10 })).packets.length > 200, PATIENCE_MS, 300);
    await output.stop();
    await listener.kill();
    const arrived = await probe(file, { seconds: 10 });
    expect([arrived.video?.codec_name, arrived.audio?.codec_name]).toEqual(['h264', 'aac']);
    expect(faultsOf(arrived)).toEqual([]);
  });
});

describe.concurrent('pulling a stream', () => {
  it.each(['rtmp', 'flv', 'hls', 'srt'] as const)('plays a source over %s (here from the same server)', async (protocol) => {
    const fetched = await system.createStream(`from-${protocol}`, { source: { url: stream.play[protocol] } });
    const played = await until('the pulled stream plays', () => probeStream(`${fetched.play.flv}?wait=1`, { seconds: 3 }));
    expect([played.video?.codec_name, played.video?.width, played.audio?.codec_name]).toEqual(['h264', 320, 'aac']);
    expect(faultsOf(played)).toEqual([]);
    expect((await system.api('DELETE', `/streams/${fetched.id}`)).status).toBe(204);
  });
});
