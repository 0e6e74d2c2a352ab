import { connect } from 'node:net';
import { Scope } from '@lianmai/kit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { aggregateOf, config, delta, key, sound } from './testing/media.js';
import { RtmpClient } from './testing/RtmpClient.js';
import { openServer as open, type TestServerOptions } from './testing/server.js';
import { decodeAmf, encodeAmf } from '../../media/formats/index.js';
import { RTMP } from '../../media/protocols/rtmp/index.js';

let scope = new Scope();
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

const CAM = { app: 'live', name: 'cam' };
const NAME = 'cam?key=open-sesame';

async function openServer(options: TestServerOptions = {}) {
  const parts = await open(scope, { batchMs: 0, ...options });
  const own = (client: RtmpClient) => {
    scope.defer(() => client.close());
    return client;
  };
  return {
    ...parts,
    publish: async (name = NAME, app = 'live') => own(await RtmpClient.publish(parts.server.port, app, name)),
    play: async (name = 'cam', object = {}) => own(await RtmpClient.play(parts.server.port, 'live', name, object)),
    client: async (object = {}) => own(await RtmpClient.connect(parts.server.port, { app: 'live', ...object })),
  };
}

describe('RTMP session', () => {
  it('finds the name and parameters wherever an encoder puts them', async () => {
    const { publish, asked } = await openServer();
    for (const [app, name] of [
      ['live', 'cam?key=open-sesame&x=1'],
      ['live?key=open-sesame', 'cam'],
      ['live/cam?key=open-sesame', ''],
      ['live/cam', '?key=open-sesame'],
      ['live?vhost=example.com&key=open-sesame', 'cam'],
      ['live/', 'flv:cam?key=open-sesame'],
      ['', 'live/cam?key=open-sesame'],
      ['', 'cam?key=open-sesame'],
    ] as const) {
      const client = await publish(name, app);
      expect([app, name, client.codes]).toEqual([app, name, ['NetStream.Publish.Start']]);
      client.call('deleteStream', 4, null, 1);
      await client.until(() => client.codes.includes('NetStream.Unpublish.Success'));
      client.close();
    }
    expect(asked.every(({ app, name, params }) => app === 'live' && name === 'cam' && params['key'] === 'open-sesame')).toBe(true);
  });

  it('announces enhanced capabilities only to clients that ask for them', async () => {
    const { client } = await openServer();
    const old = await client();
    expect(old.calls('_result')[0]?.[3]).not.toHaveProperty('capsEx');
    const enhanced = await client({ fourCcList: ['hvc1', 'Opus'], videoFourCcInfoMap: { '*': 7 }, capsEx: 15 });
    expect(enhanced.calls('_result')[0]?.[3]).toMatchObject({
      code: 'NetConnection.Connect.Success',
      fourCcList: expect.arrayContaining(['hvc1', 'av01', 'vp09', 'Opus']),
      videoFourCcInfoMap: { hvc1: 4 },
      capsEx: 6,
    });
  });

  it('rejects with a code and a message, and closes', async () => {
    const { publish, play, memory } = await openServer();
    await publish();
    const cases = [
      [await publish(), 'NetStream.Publish.BadName', 'live/cam is already being published.'],
      [await publish('cam?key=hush-hush'), 'NetStream.Publish.Denied', 'The stream key is wrong.'],
      [await publish('../etc/passwd?key=open-sesame'), 'NetStream.Publish.BadName', expect.stringContaining('expected')],
      [await play('none'), 'NetStream.Play.StreamNotFound', 'This stream is not live.'],
      [await play(''), 'NetStream.Play.StreamNotFound', expect.anything()],
    ] as const;
    for (const [client, code, description] of cases) {
      await client.closed;
      expect(client.statuses).toEqual([{ level: 'error', code, description }]);
    }
    expect(memory.text).toContain('rejected');
    expect(memory.text).not.toMatch(/open-sesame|hush-hush|passwd/);
  });

  it('lets a second publisher take over by policy, on one timeline', async () => {
    const { publish, play, hub } = await openServer({ policy: { onTaken: 'takeover' } });
    const first = await publish();
    first.video(0, config);
    first.video(5000, key);
    const player = await play();
    await player.until(() => player.media(RTMP.video).length === 2);
    const second = await publish();
    await first.closed;
    expect(first.statuses.at(-1)).toMatchObject({ level: 'error', code: 'NetStream.Publish.BadName' });
    second.video(0, config);
    second.video(100, key);
    second.video(133, delta);
    await player.until(() => player.media(RTMP.video).length === 4);
    const times = player.media(RTMP.video).map(({ timestampMs }) => timestampMs);
    expect(times).toEqual([1000, 1000, 1040, 1073]);
    expect(hub.streams.length).toBe(1);
  });

  it('keeps the stream for a lost publisher, and ends it for one that stops', async () => {
    const { publish, play, hub } = await openServer();
    const lost = await publish();
    lost.video(0, config);
    lost.video(0, key);
    const player = await play();
    lost.close();
    await vi.waitFor(() => expect(hub.get(CAM)?.hasPublisher).toBe(false));
    const back = await publish();
    back.video(7000, key);
    await player.until(() => player.media(RTMP.video).length === 3);
    expect(player.media(RTMP.video).map(({ timestampMs }) => timestampMs)).toEqual([0, 0, 40]);
    back.call('FCUnpublish', 5, null, NAME);
    await player.closed;
    expect(player.codes.slice(-2)).toEqual(['NetStream.Play.UnpublishNotify', 'NetStream.Play.Stop']);
    expect(hub.get(CAM)).toBeUndefined();
  });

  it('lets a broadcaster back in whose previous connection died silently', async () => {
    const { publish, hub } = await openServer({ limits: { silentMs: 200 } });
    const dead = await publish();
    dead.video(0, config);
    dead.video(0, key);
    expect((await publish()).codes).toEqual(['NetStream.Publish.BadName']);
    await vi.waitFor(async () => expect((await publish()).codes).toEqual(['NetStream.Publish.Start']));
    await dead.closed;
    expect([hub.streams.length, hub.get(CAM)?.gop.length]).toEqual([1, 1]);
  });

  it('unwraps timestamps that start high, wrap after 31 or 32 bits, or jump', async () => {
    const { publish, play } = await openServer();
    const publisher = await publish();
    const player = await play();
    publisher.video(0, config);
    const sent = [0x7fffffd0, 0x7ffffff1, 0x12, 0x33, 0xffffffd5, 0xfffffff6, 0x17, 90_000, 90_033];
    for (const [index, at] of sent.entries()) publisher.video(at, index === 0 ? key : delta);
    await player.until(() => player.media(RTMP.video).length === sent.length + 1);
    const times = player
      .media(RTMP.video)
      .slice(1)
      .map(({ timestampMs }) => timestampMs);
    expect(times).toEqual([1000, 1033, 1066, 1099, 1005, 1038, 1071, 1139, 1172]);
  });

  it('accepts aggregates and AMF3 commands, and unwraps metadata', async () => {
    const { publish, hub, client } = await openServer();
    const publisher = await publish();
    publisher.send({ typeId: RTMP.data, streamId: 1, timestampMs: 0, body: encodeAmf('@setDataFrame', 'onMetaData', { width: 320 }) });
    publisher.video(0, config);
    publisher.send(
      aggregateOf(500, [
        [9, 100, key],
        [8, 110, sound],
        [9, 133, delta],
      ]),
    );
    await vi.waitFor(() => expect(hub.get(CAM)?.gop.length).toBe(3));
    const stream = hub.get(CAM);
    expect(stream?.gop.map(({ kind, dtsMs }) => [kind, dtsMs])).toEqual([
      ['video', 500],
      ['audio', 510],
      ['video', 533],
    ]);
    expect(decodeAmf(stream?.preamble.metadata?.body ?? Buffer.alloc(0))).toEqual(['onMetaData', { width: 320 }]);
    const modern = await client();
    modern.send(
      { typeId: RTMP.commandAmf3, streamId: 1, timestampMs: 0, body: Buffer.concat([Buffer.from([0]), encodeAmf('play', 4, null, 'cam')]) },
      3,
    );
    await modern.until(() => modern.codes.includes('NetStream.Play.Start'));
  });

  it('normalises legacy HEVC and enhanced H.264 for the hub, and rejects unsupported codecs', async () => {
    const { publish, hub, memory } = await openServer();
    const publisher = await publish();
    publisher.video(0, [0x1c, 0, 0, 0, 0, 1, 2, 3]);
    publisher.video(40, [0x1c, 1, 0, 0, 5, 9, 9]);
    publisher.audio(41, [0x72, 1, 2, 3]); // G.711
    await vi.waitFor(() => expect(hub.get(CAM)?.gop.length).toBe(1));
    expect([...(hub.get(CAM)?.preamble.video?.body ?? [])]).toEqual([0x90, ...Buffer.from('hvc1'), 1, 2, 3]);
    expect([...(hub.get(CAM)?.gop[0]?.body ?? [])]).toEqual([0x91, ...Buffer.from('hvc1'), 0, 0, 5, 9, 9]);
    expect(memory.text).toContain('G.711 A-law');
    publisher.video(80, [0x24, 1, 2, 3]);
    await publisher.closed;
    expect(publisher.statuses.at(-1)?.description).toBe('Video codec VP6 is not supported. Publish H.264, HEVC, AV1 or VP9.');
  });

  it('lets a player wait for a stream, pause, and play another one on the same connection', async () => {
    const { publish, client } = await openServer();
    const player = await client();
    player.call('play', 3, null, 'cam?wait=1');
    const publisher = await publish();
    await player.until(() => player.codes.includes('NetStream.Play.Start'));
    publisher.video(0, config);
    publisher.video(0, key);
    await player.until(() => player.media(RTMP.video).length === 2);
    player.call('pause', 4, null, true, 0);
    await player.until(() => player.codes.includes('NetStream.Pause.Notify'));
    publisher.video(33, delta);
    player.call('getStreamLength', 5, null, 'cam');
    player.call('pause', 6, null, false, 0);
    await player.until(() => player.media(RTMP.video).length >= 5);
    player.call('closeStream', 0, null);
    player.call('play', 7, null, 'other');
    await player.closed;
    expect(player.codes.at(-1)).toBe('NetStream.Play.StreamNotFound');
  });

  it('disconnects a kicked player by its id, and a kicked publisher with its stream', async () => {
    const { publish, play, gate, hub } = await openServer();
    const publisher = await publish();
    const player = await play();
    expect(gate.kick(CAM, gate.clients(CAM).find(({ action }) => action === 'play')?.id)).toBe(1);
    await player.closed;
    expect(player.statuses.at(-1)).toMatchObject({ code: 'NetStream.Play.Failed', description: 'An operator ended this connection.' });
    gate.kick(CAM);
    await publisher.closed;
    expect([hub.get(CAM), gate.clients(CAM)]).toEqual([undefined, []]);
  });

  it('gives a player without enhanced audio a rendition that it can play', async () => {
    const wanted: unknown[] = [];
    const { publish, play } = await openServer({
      openRendition: (source, accepts) => {
        wanted.push(accepts.audio);
        return source;
      },
    });
    await publish();
    await play();
    await play('cam', { fourCcList: ['av01', 'Opus'] });
    await vi.waitFor(() =>
      expect(wanted).toEqual([
        ['aac', 'mp3'],
        ['aac', 'mp3', 'opus'],
      ]),
    );
  });
});

describe('RTMP limits', () => {
  const raw = (port: number, bytes?: Buffer | string) => {
    const socket = connect(port, '127.0.0.1').on('error', () => undefined);
    scope.defer(() => void socket.destroy());
    const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
    if (bytes !== undefined) socket.write(bytes);
    return { socket, closed };
  };

  it('disconnect silent, slow and idle clients', async () => {
    const { server, client } = await openServer({ limits: { handshakeMs: 300, commandMs: 300 } });
    const silent = raw(server.port);
    const slow = raw(server.port);
    const drip = setInterval(() => slow.socket.write(Buffer.from([3])), 20);
    scope.defer(() => clearInterval(drip));
    const idle = await client();
    await Promise.all([silent.closed, slow.closed, idle.closed]);
    await vi.waitFor(() => expect(server.connections).toBe(0));
  });

  it('disconnect clients that do not speak RTMP at once', async () => {
    const { server } = await openServer();
    await raw(server.port, 'GET / HTTP/1.1\r\n\r\n').closed;
    const client = await RtmpClient.open(server.port);
    client.call('publish', 1, null, NAME);
    await client.closed;
    const large = await RtmpClient.open(server.port);
    large.socket.write(Buffer.from([3, 0, 0, 0, 0xff, 0xff, 0xff, 20, 0, 0, 0, 0]));
    await large.closed;
  });

  it('bound connections per IP and in total', async () => {
    const { server, publish } = await openServer({ limits: { maxPendingPerAddress: 3, maxConnections: 6 } });
    const pending = [raw(server.port), raw(server.port), raw(server.port)];
    await vi.waitFor(() => expect(server.connections).toBe(3));
    await raw(server.port).closed;
    for (const { socket } of pending) socket.destroy();
    await vi.waitFor(() => expect(server.connections).toBe(0));
    const busy = [];
    for (let index = 0; index < 6; index++) busy.push(await publish(`cam${index}?key=open-sesame`));
    await raw(server.port).closed;
    expect(busy.some(({ isClosed }) => isClosed)).toBe(false);
  });

  it('bound players per address with a reason, keep places for publishers, and log it once', async () => {
    const { publish, play, memory } = await openServer({ limits: { maxPerAddress: 10 } });
    await publish();
    for (let count = 0; count < 8; count++) expect((await play()).codes).toContain('NetStream.Play.Start');
    for (let count = 0; count < 2; count++) {
      const refused = await play();
      await refused.closed;
      const description = expect.stringContaining('too many') as unknown;
      expect(refused.statuses).toEqual([{ level: 'error', code: 'NetStream.Play.Failed', description }]);
    }
    expect((await publish('cam2?key=open-sesame')).codes).toEqual(['NetStream.Publish.Start']);
    expect(memory.lines.filter((line) => line.includes('refused: too many')).length).toBe(1);
  });

  it('give a place back when the client leaves or is rejected', async () => {
    const { play, publish } = await openServer({ limits: { maxPerAddress: 2 } });
    for (let count = 0; count < 3; count++) {
      await (
        await publish('cam?key=wrong')
      ).closed;
      await (
        await play('none')
      ).closed;
      const player = await publish();
      expect(player.codes).toEqual(['NetStream.Publish.Start']);
      player.call('deleteStream', 4, null, 1);
      await player.until(() => player.codes.includes('NetStream.Unpublish.Success'));
    }
  });

  it('disconnect a player that is paused for too long', async () => {
    const { publish, play } = await openServer({ limits: { pausedMs: 200 } });
    await publish();
    const [left, back] = [await play(), await play()];
    left.call('pause', 5, null, true, 0);
    back.call('pause', 5, null, true, 0);
    back.call('pause', 6, null, false, 0);
    await left.closed;
    expect(left.statuses.at(-1)?.description).toContain('paused for too long');
    expect(back.isClosed).toBe(false);
  });

  it('disconnect a client that never reads its replies', async () => {
    const { client } = await openServer({ limits: { commandMs: 60_000 } });
    const asking = await client();
    asking.socket.pause();
    while (!asking.socket.destroyed) {
      for (let index = 0; index < 2000; index++) asking.call('createStream', index, null);
      await new Promise((resolve) => asking.socket.write(Buffer.alloc(0), resolve));
    }
  });

  it('disconnect a publisher without media, and keep its stream for the grace period', async () => {
    const { publish, hub } = await openServer({ limits: { mediaMs: 300 } });
    const publisher = await publish();
    await publisher.closed;
    expect(publisher.statuses.at(-1)?.description).toBe('No media arrived for 0.3 s. Check that the encoder is still sending.');
    expect(hub.get(CAM)?.hasPublisher).toBe(false);
  });

  it('disconnect a player that never reads, within bounded time and memory', async () => {
    const { server, hub, gate } = await openServer({ limits: { stallMs: 300, maxQueueBytes: 1_000_000 } });
    const publisher = hub.publish(CAM);
    const player = await RtmpClient.play(server.port, 'live', 'cam');
    player.socket.pause();
    const before = process.memoryUsage().arrayBuffers;
    const frame = Buffer.concat([Buffer.from([0x27, 1, 0, 0, 0]), Buffer.alloc(100_000)]);
    let atMs = 0;
    const flood = setInterval(() => {
      for (let index = 0; index < 10; index++, atMs += 33)
        publisher.write({ kind: 'video', dtsMs: atMs, body: frame, isKeyFrame: atMs % 990 === 0, isConfig: false });
    }, 5);
    scope.defer(() => clearInterval(flood));
    await vi.waitFor(() => expect(gate.clients(CAM)).toEqual([]));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(60_000_000);
    await vi.waitFor(() => expect(server.connections).toBe(0));
    player.close();
  });

  it('name the setting when the port is taken', async () => {
    const { server } = await openServer();
    await expect(openServer({ port: server.port })).rejects.toThrow(
      `Port ${server.port} is in use by another program. Choose another one with RTMP_PORT`,
    );
  });
});
