import { createHmac } from 'node:crypto';
import { StreamClientsReply, type StreamReply } from '@lianmai/protocol';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  faultsOf,
  freePorts,
  has,
  livePicture,
  Peer,
  probeStream,
  publishWith,
  System,
  until,
  type Judgement,
  type Probed,
} from '../support/index.js';

let system: System;
const peers: Peer[] = [];
beforeAll(async () => {
  const rtmpsPort = String(await freePorts());
  system = await System.start({ env: { RESUME_GRACE_MS: '4000', RTMPS_PORT: rtmpsPort } });
});
afterAll(async () => {
  await system.stop();
});
afterEach(async () => {
  await Promise.all(peers.splice(0).map((peer) => peer.kill()));
});

const started = (peer: Peer): Peer => {
  peers.push(peer);
  return peer;
};
const publish = (to: string, input = livePicture()) => started(publishWith(input, to));
const clients = async ({ id }: StreamReply) => StreamClientsReply.parse((await system.api('GET', `/streams/${id}/clients`)).body).clients;
const published = (stream: StreamReply) =>
  until('a publisher is connected', async () => (await clients(stream)).find(({ action }) => action === 'publish'));
const playlist = (stream: StreamReply) => until('the playlist exists', async () => (await fetch(stream.play.hls)).ok);

/** Plays over every protocol that FFmpeg knows, at the same time. */
async function playEverywhere(stream: StreamReply): Promise<Record<string, Probed>> {
  await published(stream);
  const { flv, rtmp, rtmps = '', srt, hls } = stream.play;
  const played = Object.entries({ flv, rtmp, rtmps, srt }).map(
    async ([protocol, url]) => [protocol, await probeStream(url, { seconds: 3 })] as const,
  );
  const segments = playlist(stream).then(async () => ['hls', await probeStream(hls, { seconds: 3 })] as const);
  return Object.fromEntries(await Promise.all([...played, segments]));
}

const VOICE = 'audiotestsrc is-live=true ! audio/x-raw,rate=48000 ! voaacenc ! aacparse ! m.';
const CAMERA = 'videotestsrc is-live=true ! video/x-raw,width=320,height=180,framerate=15/1';
const X264 = 'x264enc tune=zerolatency speed-preset=ultrafast key-int-max=15 ! h264parse';
const gstreamer = (muxer: string, sink: string) =>
  new Peer('gst-launch-1.0', `-q ${CAMERA} ! ${X264} ! ${muxer} name=m ! ${sink} ${VOICE}`.split(' '));

interface Broadcaster {
  title: string;
  isThere: boolean;
  judgement: Judgement;
  begin(urls: StreamReply['publish']): Peer;
}
const FFMPEG = { isThere: true, judgement: {} };
/** On a busy machine GStreamer's flvmux moves late frames up to the last timestamp it wrote, so some of them lie close together. */
const GSTREAMER = { isThere: has('gst-launch-1.0'), judgement: { maxStepMs: 800, maxSoundStepMs: 800, mayRepeat: true } };
const BROADCASTERS: Broadcaster[] = [
  { title: 'FFmpeg by RTMP', ...FFMPEG, begin: ({ rtmp }) => publishWith(livePicture(), rtmp) },
  { title: 'FFmpeg by RTMPS', ...FFMPEG, begin: ({ rtmps }) => publishWith(livePicture(), rtmps ?? '') },
  { title: 'FFmpeg by SRT', ...FFMPEG, begin: ({ srt }) => publishWith(livePicture(), srt) },
  { title: 'GStreamer by RTMP', ...GSTREAMER, begin: ({ rtmp }) => gstreamer('flvmux streamable=true', `rtmp2sink location=${rtmp}`) },
  { title: 'GStreamer by SRT', ...GSTREAMER, begin: ({ srt }) => gstreamer('mpegtsmux alignment=7', `srtsink uri=${srt}`) },
];

describe.concurrent('a broadcast plays over every protocol, from a key frame, without a step back', () => {
  for (const [index, { title, isThere, judgement, begin }] of BROADCASTERS.entries()) {
    it.skipIf(!isThere)(title, async () => {
      const stream = await system.createStream(`everywhere-${index}`);
      const broadcaster = begin(stream.publish);
      try {
        const played = await playEverywhere(stream);
        for (const [protocol, probed] of Object.entries(played)) {
          expect([protocol, probed.video?.codec_name, probed.video?.width, probed.audio?.codec_name]).toEqual([
            protocol,
            'h264',
            320,
            'aac',
          ]);
          expect([protocol, ...faultsOf(probed, judgement)]).toEqual([protocol]);
        }
      } catch (error) {
        throw new Error(`${String(error)}\nthe broadcaster's log: ${broadcaster.log.slice(-2000)}`, { cause: error });
      } finally {
        await broadcaster.kill();
      }
    });
  }
});

describe('publishing', () => {
  it('is rejected for a second publisher, with the reason', async () => {
    const stream = await system.createStream('taken');
    publish(stream.publish.rtmp);
    await published(stream);
    for (const url of [stream.publish.rtmp, stream.publish.srt]) {
      const second = publish(url);
      expect(await second.exited).not.toBe(0);
      if (url.startsWith('rtmp')) expect(second.log).toMatch(/Server error: .+|BadName/);
    }
    expect((await clients(stream)).filter(({ action }) => action === 'publish')).toHaveLength(1);
  });

  it('is rejected with a wrong key, with the reason', async () => {
    const stream = await system.createStream('locked');
    const wrong = publish(`${stream.publish.rtmp}x`);
    expect(await wrong.exited).not.toBe(0);
    expect(wrong.log).toMatch(/Server error: .+/);
    const unencrypted = publish(stream.publish.srt.replace(/key=./, 'key=x'));
    expect(await unencrypted.exited).not.toBe(0);
    expect(await clients(stream)).toEqual([]);
  });

  it('never pulls from a private address unless the operator allows it', async () => {
    const { id } = await system.createStream('inside', { source: { url: `${system.rtmpUrl}/live/listed` } });
    const pull = await until('the pull is rejected', async () => {
      const { pull } = (await system.api('GET', `/streams/${id}`)).body as StreamReply;
      return pull?.reason && pull;
    });
    expect([pull.state, pull.reason?.code]).toEqual(['failed', 'ADDRESS_FORBIDDEN']);
  });
});

describe('playing', () => {
  it('needs a valid signature where the stream requires one, and says what is wrong with a bad one', async () => {
    const stream = await system.createStream('signed', { playAccess: 'signed' });
    publish(stream.publish.rtmp);
    await published(stream);
    const rejection = async (url: string) => {
      const response = await fetch(url);
      expect(response.headers.get('content-type')).toContain('application/json');
      return [response.status, ((await response.json()) as { error: { code: string } }).error.code];
    };
    const { body } = await system.api('POST', `/streams/${stream.id}/play-urls`, { ttlSeconds: 60 });
    const { play } = body as { play: StreamReply['play'] };
    for (const protocol of ['flv', 'hls'] as const) expect(await rejection(stream.play[protocol])).toEqual([401, 'UNAUTHENTICATED']);
    await playlist({ ...stream, play });
    const [viaFlv, viaHls] = await Promise.all([probeStream(play.flv, { seconds: 1 }), probeStream(play.hls, { seconds: 1 })]);
    expect([viaFlv.video?.codec_name, viaHls.video?.codec_name]).toEqual(['h264', 'h264']);
    // Signed as a backend would.
    const expire = Math.floor(Date.now() / 1000) - 1;
    const sign = createHmac('sha256', stream.playSecret).update(`live/signed:${expire}`).digest('hex');
    for (const protocol of ['flv', 'hls'] as const) {
      expect(await rejection(`${stream.play[protocol]}?expire=${expire}&sign=${sign}`)).toEqual([401, 'TOKEN_EXPIRED']);
    }
    const future = expire + 60;
    const ours = createHmac('sha256', stream.playSecret).update(`live/signed:${future}`).digest('hex');
    expect((await fetch(`${stream.play.hls}?expire=${future}&sign=${ours}`)).status).toBe(200);
  });

  it('gives 404 for a stream that is not live, and holds a request with `wait=1` until it is', async () => {
    const stream = await system.createStream('later');
    const missing = await fetch(stream.play.flv);
    expect([missing.status, ((await missing.json()) as { error: { code: string } }).error.code]).toEqual([404, 'NOT_FOUND']);
    const waiting = probeStream(`${stream.play.flv}?wait=1`, { seconds: 1 });
    publish(stream.publish.rtmp);
    expect((await waiting).video?.codec_name).toBe('h264');
  });

  it('is listed by protocol, and ends for the client that the API disconnects', async () => {
    const stream = await system.createStream('listed');
    publish(stream.publish.rtmp);
    await published(stream);
    await playlist(stream);
    const copy = (url: string) => started(new Peer('ffmpeg', ['-nostdin', '-v', 'error', '-i', url, '-c', 'copy', '-f', 'null', '-']));
    const players = (['flv', 'rtmp', 'srt', 'hls'] as const).map((protocol) => copy(stream.play[protocol]));
    const listed = await until('all players are listed', async () => {
      const all = (await clients(stream)).filter(({ action }) => action === 'play');
      return new Set(all.map(({ protocol }) => protocol)).size === 4 && all;
    });
    for (const { id, protocol } of listed.filter(({ protocol }) => protocol !== 'hls')) {
      expect([protocol, (await system.api('DELETE', `/streams/${stream.id}/clients/${id}`)).status]).toEqual([protocol, 204]);
    }
    await Promise.all(players.slice(0, 3).map((player) => player.exited));
    expect((await system.api('DELETE', `/streams/${stream.id}`)).status).toBe(204);
    await Promise.all(peers.map((peer) => peer.exited));
  });
});
