import { networkOf } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { describe, expect, it, vi } from 'vitest';
import { BY_API, FakeRoom, setUpPrograms } from './testing/index.js';

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => (error instanceof LianmaiError ? error.code : String(error)),
  );

describe('a program that does not fit', () => {
  it('[ROOM-65] is refused before a bridge is asked, and fits when another one has ended', async () => {
    const { control, programs, connect } = await setUpPrograms();
    const bridge = await connect({ cores: 1 });
    const other = programs.forRoom(new FakeRoom('other'));
    const starts = await Promise.all([codeOf(control.start({}, BY_API)), codeOf(other.start({}, BY_API))]);
    expect(starts).toEqual(['nothing thrown', 'PROGRAM_LIMIT']);
    expect(bridge.all('startProgram')).toHaveLength(1);
    expect(other.info).toMatchObject({ state: 'failed', reason: { code: 'PROGRAM_LIMIT' } });
    await control.running().stop();
    await other.start({}, BY_API);
    expect(bridge.all('startProgram')).toHaveLength(2);
  });

  it('is refused by what the others are measured to use', async () => {
    const { control, programs, bridges, connect } = await setUpPrograms();
    const bridge = await connect();
    await control.start({}, BY_API);
    const { programId } = await bridge.request('startProgram');
    const cpu = { decoders: 30, compositor: 30, encoder: 40 };
    const counts = { lateFrames: 0, droppedFrames: 0, encoderRestarts: 0, decoderRestarts: 0 };
    const stats = { fps: 30, bitrateKbps: 2500, rssMb: 600, delayMs: {}, cpu, ...counts };
    for (let second = 0; second < 100; second += 1) bridge.announce('statsMeasured', { programId, stats, degraded: null });
    await vi.waitFor(() => expect(bridges.bridges[0]?.reservedCores).toBeGreaterThan(99.5));
    const refused = programs.forRoom(new FakeRoom('other')).start({}, BY_API);
    await expect(refused).rejects.toMatchObject({ code: 'PROGRAM_LIMIT', details: { neededCores: 0.57 } });
  });

  it('[ROOM-66] is refused while a program on the bridge is degraded, and fits when that is over', async () => {
    const { control, programs, bridges, connect } = await setUpPrograms();
    const bridge = await connect();
    await control.start({}, BY_API);
    const { programId } = await bridge.request('startProgram');
    bridge.announce('programStateChanged', { programId, state: 'live', reason: null, atMs: Date.now() });
    const cpu = { decoders: 0.1, compositor: 0.1, encoder: 0.1 };
    const counts = { lateFrames: 9, droppedFrames: 99, encoderRestarts: 0, decoderRestarts: 0 };
    const stats = { fps: 12, bitrateKbps: 1500, rssMb: 600, delayMs: {}, cpu, ...counts };
    const degraded = { reason: 'CPU', sinceMs: Date.now(), preset: 'ultrafast', fps: 20 } as const;
    bridge.announce('statsMeasured', { programId, stats, degraded });
    await vi.waitFor(() => expect(control.info).toMatchObject({ state: 'live', degraded }));
    expect(bridges.bridges[0]?.isShortOfCpu).toBe(true);
    const other = programs.forRoom(new FakeRoom('other'));
    await expect(other.start({}, BY_API)).rejects.toMatchObject({ code: 'PROGRAM_LIMIT', details: { freeCores: 0 } });
    expect(bridge.all('startProgram')).toHaveLength(1);
    bridge.announce('statsMeasured', { programId, stats, degraded: null });
    await vi.waitFor(() => expect(control.info?.degraded).toBeNull());
    await other.start({}, BY_API);
  });

  it('may start on a bridge that has the cores, up to the operator’s limit on each', async () => {
    const { control, programs, connect } = await setUpPrograms({ limits: { maxCores: 0.6 } });
    await connect({ bridgeId: 'one' });
    const starts = ['a', 'b', 'c'].map((name) => programs.forRoom(new FakeRoom(name)));
    expect(await codeOf(control.start({}, BY_API))).toBe('nothing thrown');
    await connect({ bridgeId: 'two' });
    const outcomes = [];
    for (const other of starts) outcomes.push(await codeOf(other.start({ profile: '480p' }, BY_API)));
    expect(outcomes).toEqual(['nothing thrown', 'PROGRAM_LIMIT', 'PROGRAM_LIMIT']);
  });

  it('[ROOM-65] counts against its starter’s network until it is over, however it ended', async () => {
    const { programs, connect } = await setUpPrograms();
    const bridge = await connect();
    const rooms = ['a', 'b', 'c', 'd'].map((name) => programs.forRoom(new FakeRoom(name)));
    const from = (address: string) => ({ liveAsStream: false, isAnonymous: true, network: networkOf(address) });
    const start = (index: number, address: string) => codeOf(rooms[index]?.start({}, from(address)) ?? Promise.resolve());
    expect(await start(0, '2001:db8::1')).toBe('nothing thrown');
    bridge.answer('startProgram', () => {
      throw new LianmaiError('BAD_REQUEST');
    });
    expect(await start(1, '2001:db8::2')).toBe('BAD_REQUEST');
    bridge.answer('startProgram', () => ({ rtp: { ip: '127.0.0.1', port: 5004 } }));
    expect(await start(1, '2001:db8::3')).toBe('nothing thrown');
    expect(await start(2, '2001:db8::4')).toBe('TOO_MANY_PROGRAMS');
    expect(rooms[2]?.info).toBeNull();
    expect(await start(2, '2001:db8:1::4')).toBe('nothing thrown');
    await rooms[0]?.running().stop();
    expect(await start(3, '2001:db8::4')).toBe('nothing thrown');
    expect(await start(0, '2001:db8::5')).toBe('TOO_MANY_PROGRAMS');
  });

  it('[ROOM-65] is refused to people of the open lobby by its profile, and to nobody else', async () => {
    const { control, connect } = await setUpPrograms();
    await connect();
    const anonymous = { liveAsStream: false, isAnonymous: true, network: '192.0.2.1' };
    for (const profile of ['1080p', { preset: 'medium' }, { name: '1080p', encoder: 'nvenc' }] as const)
      expect(await codeOf(control.start({ profile }, anonymous))).toBe('PROFILE_LIMIT');
    for (const profile of ['720p', { name: '480p', preset: 'veryfast' }, { orientation: 'portrait' }] as const) {
      await control.start({ profile }, anonymous);
      await control.running().stop();
    }
    await control.start({ profile: '1080p' }, { ...anonymous, isAnonymous: false });
  });
});

describe('a start that the bridge does not answer in time', () => {
  it('is stopped there at once, and keeps its cores until it has stopped', async () => {
    const { control, bridges, connect } = await setUpPrograms({ requestTimeoutMs: 200 });
    const bridge = await connect();
    let stop = () => {};
    bridge.answer('startProgram', () => new Promise(() => undefined));
    bridge.answer('stopProgram', () => new Promise((resolve) => (stop = () => resolve({}))));
    expect(await codeOf(control.start({}, BY_API))).toBe('TIMEOUT');
    const { programId } = await bridge.request('startProgram');
    expect(await bridge.request('stopProgram')).toEqual({ programId });
    const [link] = bridges.bridges;
    expect(link?.reservedCores).toBeGreaterThan(0);
    stop();
    await vi.waitFor(() => expect(link?.reservedCores).toBe(0));
  });
});
