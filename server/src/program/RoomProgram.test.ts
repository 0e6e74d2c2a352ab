import { AssetId, LianmaiError, ProgramId, SourceId } from '@lianmai/protocol';
import { describe, expect, it, vi } from 'vitest';
import { outputInfo } from '../bridge/testing/index.js';
import type { ClaimName } from './contract.js';
import { BY_API, camera, codeOf, FakeRoom, KEY, onAir, RTMP, setUpPrograms, until } from './testing/index.js';

describe('start', () => {
  it('[ROOM-62] goes out as a stream only if the room may have its name, on every bridge', async () => {
    const claimName: ClaimName = (_, { liveAsStream }) =>
      liveAsStream ? Promise.resolve({ asStream: true }) : Promise.reject(new LianmaiError('NAME_TAKEN'));
    const { control, connect } = await setUpPrograms({ claimName });
    const bridge = await connect();
    expect(await codeOf(control.start({}, { ...BY_API, liveAsStream: false }))).toBe('NAME_TAKEN');
    expect([bridge.all('startProgram'), control.info]).toEqual([[], null]);
    await control.start({}, { ...BY_API, liveAsStream: true });
    expect((await bridge.request('startProgram')).asStream).toBe(true);
  });

  it('starts the program with the sources on stage and attaches each track at the size of its tile', async () => {
    const { control, room, bridge, programId } = await onAir();
    const start = bridge.all('startProgram')[0];
    expect(start).toMatchObject({ stream: { app: 'live', name: 'studio' }, profile: { name: '720p' }, outputs: [{ request: RTMP }] });
    expect(start?.sceneState.sources.map(({ id }) => id)).toEqual(['ann:camera', 'bob:camera']);
    expect(
      bridge
        .all('attachTrack')
        .map(({ track }) => `${track.sourceId} ${track.kind}`)
        .sort(),
    ).toEqual(['ann:camera audio', 'ann:camera video', 'bob:camera audio', 'bob:camera video']);
    expect(room.media.tapOf('ann-video-1').size).toEqual({ width: 638, height: 478 });
    expect(room.media.open.every(({ log }) => log.includes('resume'))).toBe(true);
    const asked = vi.waitFor(() => expect(room.media.tapOf('bob-video-1').log).toContain('keyFrame'));
    bridge.announce('keyFrameNeeded', { programId, trackId: room.media.tapOf('bob-video-1').track.trackId });
    await asked;
    expect(control.info).toMatchObject({ state: 'live', room: 'studio', hlsPath: '/live/studio.m3u8', sceneVersion: 1 });
    expect(control.origin).toEqual({ url: null, port: 8080 });
  });

  it('rejects a start without a bridge, without the encoder, while live, and with an unknown picture', async () => {
    const { control, connect } = await setUpPrograms();
    expect(control.info).toBeNull();
    expect(await codeOf(control.start({}, BY_API))).toBe('BRIDGE_UNAVAILABLE');
    expect(control.info).toMatchObject({ state: 'failed', reason: { code: 'BRIDGE_UNAVAILABLE' } });
    const bridge = await connect();
    await expect(control.start({ profile: { encoder: 'nvenc' } }, BY_API)).rejects.toMatchObject({
      code: 'ENCODER_UNAVAILABLE',
      details: { available: ['x264'] },
    });
    bridge.answer('startProgram', () => {
      throw new LianmaiError('BAD_REQUEST', undefined, { message: 'outputs.0.url: expected rtmp://' });
    });
    expect(await codeOf(control.start({}, BY_API))).toBe('BAD_REQUEST');
    expect(await codeOf(control.start({ scene: { background: { image: 'missing' as never } } }, BY_API))).toBe('NOT_FOUND');
    expect(await codeOf(control.update({}))).toBe('WRONG_STATE');
    expect(() => control.running()).toThrow(expect.objectContaining({ code: 'WRONG_STATE' }));
    bridge.answer('startProgram', () => ({ rtp: { ip: '127.0.0.1', port: 5004 } }));
    const starts = await Promise.all([codeOf(control.start({}, BY_API)), codeOf(control.start({}, BY_API))]);
    expect(starts.sort()).toEqual(['WRONG_STATE', 'nothing thrown']);
  });

  it('chooses the bridge with the fewest programs', async () => {
    const { control, programs, connect } = await setUpPrograms();
    const first = await connect({ bridgeId: 'one' });
    const second = await connect({ bridgeId: 'two' });
    await control.start({}, BY_API);
    await programs.forRoom(new FakeRoom('other')).start({}, BY_API);
    expect([first.all('startProgram').length, second.all('startProgram').length]).toEqual([1, 1]);
  });

  it('never reveals a stream key', async () => {
    const { control, bridge, programId, outputId } = await onAir();
    bridge.announce('outputChanged', { programId, output: outputInfo(outputId, { state: 'live', url: RTMP.url }) });
    const info = await until(control, ({ outputs }) => outputs[0]?.state === 'live');
    expect(info.outputs[0]?.url).toBe('rtmp://cdn.example.org/app/***');
    expect(JSON.stringify(info)).not.toContain(KEY);
  });
});

describe('the pictures of a scene', () => {
  const background = (image: string | null) => ({ background: { image: image as AssetId | null } });

  it('are held while the program shows them', async () => {
    const { control, connect, assets } = await setUpPrograms();
    const bridge = await connect();
    await control.start({ scene: background('a') }, BY_API);
    expect(assets.held).toEqual(['a']);
    bridge.answer('setScene', () => {
      throw new LianmaiError('INTERNAL');
    });
    expect(await codeOf(control.update({ scene: background('b') }))).toBe('INTERNAL');
    expect(assets.held).toEqual(['a']);
    bridge.answer('setScene', () => ({ appliedAtPtsMs: 1 }));
    await Promise.all(['b', 'a', 'b'].map((image) => control.update({ scene: background(image) })));
    expect(assets.held).toEqual(['b']);
    expect(await codeOf(control.start({ scene: background('a') }, BY_API))).toBe('WRONG_STATE');
    expect(assets.held).toEqual(['b']);
    await control.running().stop();
    expect(assets.held).toEqual([]);
  });
});

describe('the stage while live', () => {
  it('sends one scene for all changes of one tick, and attaches a new producer before it detaches the old one', async () => {
    const { room, bridge } = await onAir();
    const before = bridge.asked.length;
    room.show(camera('ann', 2), camera('bob'), camera('cid'));
    room.show(camera('ann', 2), camera('cid'));
    await vi.waitFor(() =>
      expect(room.media.open.map(({ producerId }) => producerId).sort()).toEqual([
        'ann-audio-2',
        'ann-video-2',
        'cid-audio-1',
        'cid-video-1',
      ]),
    );
    await bridge.request('detachTrack', 4);
    const asked = bridge.asked.slice(before);
    expect(asked.filter(({ name }) => name === 'setScene')).toHaveLength(1);
    const attached = asked.findIndex(
      (one) =>
        one.name === 'attachTrack' && 'track' in one.data && one.data.track.sourceId === 'ann:camera' && one.data.track.kind === 'video',
    );
    const detached = asked.findIndex(
      (one) => one.name === 'detachTrack' && 'trackId' in one.data && one.data.trackId === room.media.tapOf('ann-video-1').track.trackId,
    );
    expect(attached).toBeGreaterThanOrEqual(0);
    expect(attached).toBeLessThan(detached);
  });

  it('keeps the tap of a muted camera and tells the bridge that the source has no video', async () => {
    const { room, bridge } = await onAir();
    room.show(camera('ann', 1, { hasVideo: false }), camera('bob'));
    const { sceneState } = await bridge.request('setScene');
    expect(sceneState.sources[0]).toMatchObject({ id: 'ann:camera', hasVideo: false });
    expect(room.media.tapOf('ann-video-1').isClosed).toBe(false);
    expect(bridge.all('detachTrack')).toEqual([]);
  });

  it('attaches tracks again after a media worker died', async () => {
    const { room, bridge } = await onAir();
    const lost = room.media.tapOf('ann-video-1');
    lost.close('the transport is closed');
    expect(await bridge.request('detachTrack')).toMatchObject({ trackId: lost.track.trackId });
    const { track } = await bridge.request('attachTrack', 5);
    expect(track).toMatchObject({ sourceId: 'ann:camera', kind: 'video' });
  });
});

describe('a scene change', () => {
  it('is sent once, raises the version, reports when it is on air, and pauses hidden tracks', async () => {
    const { control, room, bridge } = await onAir();
    const reply = await control.update({
      scene: { layout: 'spotlight', focus: 'bob:camera' as never },
      mix: { ['ann:camera' as never]: { gainDb: -6, muted: false } },
      version: 1,
    });
    expect(reply).toMatchObject({ sceneVersion: 2, appliedAtPtsMs: 1000, scene: { layout: 'spotlight' } });
    expect(bridge.all('setScene')).toHaveLength(1);
    expect(room.media.tapOf('ann-video-1').size).toBeNull();
    expect(room.media.tapOf('bob-video-1').size).toEqual({ width: 1280, height: 720 });
    expect(room.media.tapOf('ann-audio-1').size).not.toBeNull();
    await control.update({ scene: { hidden: ['ann:camera' as never] } });
    expect(room.media.tapOf('ann-audio-1').size).toBeNull();
    expect(control.info).toMatchObject({ sceneVersion: 3, mix: { 'ann:camera': { gainDb: -6 } } });
  });

  it('is rejected when its version is outdated, and changes nothing when the bridge rejects it', async () => {
    const { control, bridge } = await onAir();
    const both = await Promise.all([
      codeOf(control.update({ scene: { layout: 'grid' }, version: 1 })),
      codeOf(control.update({ scene: { layout: 'pip' }, version: 1 })),
    ]);
    expect(both).toEqual(['nothing thrown', 'CONFLICT']);
    bridge.answer('setScene', () => {
      throw new LianmaiError('INTERNAL');
    });
    expect(await codeOf(control.update({ scene: { layout: 'spotlight' } }))).toBe('INTERNAL');
    expect(control.info).toMatchObject({ sceneVersion: 2, scene: { layout: 'grid' } });
  });
});

describe('the mix', () => {
  it('remembers absent sources, up to a limit', async () => {
    const { control } = await onAir();
    const entry = { gainDb: -3, muted: false };
    const many = (count: number) =>
      Object.fromEntries(Array.from({ length: count }, (_, index) => [SourceId.parse(`p${index}:camera`), entry]));
    await control.update({ mix: { [SourceId.parse('ann:camera')]: entry, ...many(200) } });
    expect(Object.keys(control.info?.mix ?? {})).toHaveLength(201);
    await control.update({ mix: many(300) });
    expect(control.info?.mix).toEqual({ 'ann:camera': entry });
  });
});

describe('outputs while live', () => {
  it('can be added, retried and removed', async () => {
    const { control, bridge, outputId } = await onAir();
    const added = await control.running().addOutput({ kind: 'rtmp', url: 'rtmps://other.example.org/live/secret' });
    expect(added).toMatchObject({ state: 'connecting', url: 'rtmps://other.example.org/live/***' });
    await control.running().retryOutput(added.id);
    expect(bridge.all('retryOutput')).toHaveLength(1);
    bridge.answer('removeOutput', () => {
      throw new LianmaiError('NOT_FOUND');
    });
    await control.running().removeOutput(added.id);
    expect(control.info?.outputs.map(({ id }) => id)).toEqual([outputId]);
    expect(await codeOf(control.running().removeOutput(added.id))).toBe('NOT_FOUND');
    bridge.answer('addOutput', () => {
      throw new LianmaiError('BAD_REQUEST');
    });
    expect(await codeOf(control.running().addOutput({ kind: 'rtmp', url: 'nonsense' }))).toBe('BAD_REQUEST');
    expect(control.info?.outputs).toHaveLength(1);
  });
});

describe('stop', () => {
  it('waits for a clean end and keeps the last state visible; the next start makes a new program', async () => {
    const { control, room, bridge, programId } = await onAir();
    await control.running().stop();
    expect(bridge.all('stopProgram')).toEqual([{ programId }]);
    expect(control.info).toMatchObject({ state: 'ended', reason: null, outputs: [{ state: 'stopped' }] });
    expect(room.media.open).toEqual([]);
    expect(room.listenerCount('stageSourcesChanged')).toBe(0);
    const before = control.info?.programId;
    await control.start({}, BY_API);
    expect(control.info?.programId).not.toBe(before);
  });

  it('is not needed when the bridge reports that the program has failed', async () => {
    const { control, room, bridge, programId } = await onAir();
    bridge.announce('programStateChanged', {
      programId,
      state: 'failed',
      reason: { code: 'ENCODER_UNAVAILABLE', message: 'no encoder' },
      atMs: 1,
    });
    expect(await until(control, ({ state }) => state === 'failed')).toMatchObject({ reason: { code: 'ENCODER_UNAVAILABLE' } });
    expect(room.media.open).toEqual([]);
  });

  it('undoes a start that is still under way', async () => {
    const { control, connect } = await setUpPrograms();
    const bridge = await connect();
    let accept = () => {};
    bridge.answer('startProgram', () => new Promise((resolve) => (accept = () => resolve({ rtp: { ip: '127.0.0.1', port: 5004 } }))));
    const started = codeOf(control.start({}, BY_API));
    await bridge.request('startProgram');
    const stopped = control.running().stop();
    accept();
    await stopped;
    expect(await started).toBe('WRONG_STATE');
    expect(bridge.all('stopProgram')).toHaveLength(1);
    expect(control.info).toMatchObject({ state: 'ended' });
  });
});

describe('a scene change during the start', () => {
  const starting = async () => {
    const { control, connect } = await setUpPrograms();
    const bridge = await connect();
    let accept = () => {};
    bridge.answer('startProgram', () => new Promise((resolve) => (accept = () => resolve({ rtp: { ip: '127.0.0.1', port: 5004 } }))));
    const started = codeOf(control.start({}, BY_API));
    await bridge.request('startProgram');
    return { control, started, accept };
  };

  it('waits for the start', async () => {
    const { control, started, accept } = await starting();
    const updated = control.update({ scene: { layout: 'grid' } });
    accept();
    expect(await started).toBe('nothing thrown');
    expect(await updated).toMatchObject({ sceneVersion: 2, scene: { layout: 'grid' } });
  });

  it('is WRONG_STATE when the program is stopped instead', async () => {
    const { control, accept } = await starting();
    const updated = codeOf(control.update({ scene: { layout: 'grid' } }));
    const stopped = control.running().stop();
    accept();
    await stopped;
    expect(await updated).toBe('WRONG_STATE');
  });
});

describe('outputs during the start', () => {
  it('are added to and removed from the bridge once it has started', async () => {
    const { control, connect } = await setUpPrograms();
    const bridge = await connect();
    let accept = () => {};
    bridge.answer('startProgram', () => new Promise((resolve) => (accept = () => resolve({ rtp: { ip: '127.0.0.1', port: 5004 } }))));
    const started = control.start({ outputs: [RTMP] }, BY_API);
    const { outputs } = await bridge.request('startProgram');
    const kept = await control.running().addOutput({ kind: 'rtmp', url: 'rtmp://other.example.org/app/key' });
    const refused = await control.running().addOutput({ kind: 'rtmp', url: 'nonsense' });
    bridge.answer('addOutput', ({ id }) => {
      if (id === refused.id) throw new LianmaiError('BAD_REQUEST');
      return outputInfo(id, { state: 'live' });
    });
    const [given] = outputs;
    if (given) await control.running().removeOutput(given.id);
    accept();
    const { outputs: shown } = await started;
    expect(bridge.all('removeOutput').map(({ id }) => id)).toEqual([given?.id]);
    expect(shown).toMatchObject([
      { id: kept.id, state: 'live' },
      { id: refused.id, state: 'failed', reason: { code: 'BAD_REQUEST' } },
    ]);
  });
});

describe('a bridge', () => {
  it('that comes back with the program running keeps it, and shows what changed meanwhile', async () => {
    const { control, room, bridge } = await onAir();
    bridge.drop();
    await vi.waitFor(async () => expect(await codeOf(control.update({}))).toBe('BRIDGE_UNAVAILABLE'));
    room.show(camera('ann'), camera('bob'), camera('cid'));
    await bridge.comeBack();
    const { sceneState } = await bridge.request('setScene');
    expect(sceneState.sources).toHaveLength(3);
    await bridge.request('attachTrack', 6);
    expect(bridge.all('startProgram')).toHaveLength(1);
    expect(control.info).toMatchObject({ state: 'live', reason: null });
    expect(room.media.open).toHaveLength(6);
  });

  it('that died is replaced: the program restarts on the next bridge with the same outputs, and shows that it is starting', async () => {
    const { control, room, bridge, bridges, connect } = await onAir();
    const first = bridge.all('startProgram')[0];
    const restarting = until(control, ({ state, reason }) => state === 'starting' && reason?.code === 'BRIDGE_UNAVAILABLE');
    const killedAtMs = performance.now();
    bridge.drop();
    bridges.processEnded('fake');
    expect(await restarting).toMatchObject({ outputs: [{ state: 'connecting' }] });
    const successor = await connect({ bridgeId: 'successor' });
    const again = await successor.request('startProgram');
    await successor.request('attachTrack', 4);
    console.log(`bridge lost and replaced: program handed over after ${(performance.now() - killedAtMs).toFixed(0)} ms`);
    expect(again).toMatchObject({ stream: { name: 'studio' }, outputs: first?.outputs });
    expect(again.programId).not.toBe(first?.programId);
    expect(again.broadcastId).toBe(first?.broadcastId);
    successor.goLive(again.programId);
    expect(await until(control, ({ state }) => state === 'live')).toMatchObject({ reason: null });
    expect(room.media.open).toHaveLength(4);
  });

  it('that comes back without the program gets it again', async () => {
    const { bridge, connect } = await onAir();
    bridge.drop();
    const reborn = await connect({ bridgeId: 'fake' });
    await reborn.request('startProgram');
    await reborn.request('attachTrack', 4);
  });

  it('that comes back is asked to end a program that was stopped meanwhile', async () => {
    const { control, bridge, programId } = await onAir();
    bridge.drop();
    await vi.waitFor(async () => expect(await codeOf(control.update({}))).toBe('BRIDGE_UNAVAILABLE'));
    await control.running().stop();
    expect(control.info).toMatchObject({ state: 'ended' });
    await bridge.comeBack();
    expect(await bridge.request('stopProgram')).toEqual({ programId });
  });

  it('that is lost is not replaced after the program was stopped', async () => {
    const { control, bridge, bridges } = await onAir();
    bridge.answer('startProgram', () => {
      throw new LianmaiError('CONFLICT');
    });
    bridge.drop();
    bridges.processEnded('fake');
    await bridge.comeBack();
    await bridge.request('startProgram', 2);
    await bridge.call('fetchAsset', { assetId: AssetId.parse('a') }); // by the time this is answered, the rejection has arrived and the next attempt waits
    await control.running().stop();
    bridge.answer('startProgram', () => ({ rtp: { ip: '127.0.0.1', port: 5004 } }));
    await control.start({}, BY_API);
    expect(bridge.all('startProgram')).toHaveLength(3);
  });

  it('that connects is asked to end programs that belong to no room', async () => {
    const { connect } = await setUpPrograms();
    const orphan = ProgramId.parse('prg_of_an_earlier_server');
    const bridge = await connect({ programs: [{ programId: orphan, state: 'live', rtp: { ip: '127.0.0.1', port: 5004 }, outputs: [] }] });
    expect(await bridge.request('stopProgram')).toEqual({ programId: orphan });
  });
});
