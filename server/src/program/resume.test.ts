import { AssetId, LianmaiError, OutputId, patchScene, resolveProfile, SourceId, type ProgramInfo } from '@lianmai/protocol';
import { describe, expect, it, vi } from 'vitest';
import { outputInfo } from '../bridge/testing/index.js';
import type { ClaimName } from './contract.js';
import { BY_API, camera, codeOf, FakeRoom, onAir, RTMP, setUpPrograms, until } from './testing/index.js';

const AWAIT_MS = 60_000;
const RTP = { ip: '127.0.0.1', port: 5004 };

describe('another server process', () => {
  /** A program with a changed scene, mix and outputs, as it is stored when its server dies. */
  async function leftBehind() {
    const { control, intents, programId, outputId } = await onAir();
    await control.update({ scene: { layout: 'pip' }, mix: { [SourceId.parse('ann:camera')]: { gainDb: -6, muted: false } } });
    const intent = intents.byRoom.get('studio');
    if (!intent) throw new Error('no intent was kept');
    return { intent, info: control.info as ProgramInfo, programId, outputId };
  }

  it('goes on with the program once there is a bridge: same scene, mix, outputs and start time, in a run of its own', async () => {
    const { intent, info, programId } = await leftBehind();
    const { control, connect, intents, room } = await setUpPrograms();
    room.sources = [camera('ann'), camera('bob')];
    await control.resume(intent, AWAIT_MS);
    expect(control.info).toMatchObject({ state: 'starting', programId: info.programId, startedAtMs: info.startedAtMs });
    const bridge = await connect();
    const run = await bridge.request('startProgram');
    expect(run.programId).not.toBe(programId);
    expect(run).toMatchObject({
      broadcastId: info.programId,
      profile: info.profile,
      outputs: [{ id: info.outputs[0]?.id, request: RTMP }],
    });
    expect(run.sceneState).toMatchObject({ scene: { layout: 'pip' }, mix: info.mix });
    bridge.goLive(run.programId);
    await until(control, ({ state }) => state === 'live');
    await vi.waitFor(() => expect(intents.byRoom.get('studio')?.runs).toBe(2));
  });

  it('leaves alone what somebody stopped, and what failed', async () => {
    const { control, intents, connect } = await setUpPrograms();
    await connect();
    await control.start({}, BY_API);
    expect(intents.byRoom.size).toBe(1);
    await control.close('the room is empty');
    expect(intents.byRoom.size).toBe(0);
    const failed = await setUpPrograms();
    await codeOf(failed.control.start({}, BY_API));
    expect(failed.intents.byRoom.size).toBe(0);
  });

  it('finds what its predecessor had on air when that was shut down', async () => {
    const { control, intents } = await onAir();
    await control.close('SIGTERM', { isHandedOver: true });
    expect(control.info?.state).toBe('ended');
    expect(intents.byRoom.get('studio')?.outputs).toMatchObject([{ request: RTMP }]);
  });

  it('is not refused for profile or network, but takes its cores before others do', async () => {
    const { intent } = await leftBehind();
    const { control, programs, connect, bridges } = await setUpPrograms({ limits: { maxPerAddress: 0, lobbyProfile: '480p' } });
    await control.resume({ ...intent, profile: resolveProfile('1080p') }, AWAIT_MS);
    const bridge = await connect({ cores: 1.5 });
    await bridge.request('startProgram');
    expect(bridges.bridges[0]?.reservedCores).toBeGreaterThan(1);
    expect(await codeOf(programs.forRoom(new FakeRoom('other')).start({}, BY_API))).toBe('PROGRAM_LIMIT');
  });

  it('[ROOM-65] counts against its starter’s network until it is over, as before', async () => {
    const { intent } = await leftBehind();
    const { control, programs, connect } = await setUpPrograms({ limits: { maxPerAddress: 1 } });
    await connect();
    await control.resume({ ...intent, network: '192.0.2.1' }, AWAIT_MS);
    const other = programs.forRoom(new FakeRoom('other'));
    const startOther = () => codeOf(other.start({}, { ...BY_API, network: '192.0.2.1' }));
    expect(await startOther()).toBe('TOO_MANY_PROGRAMS');
    await control.running().stop();
    expect(await startOther()).toBe('nothing thrown');
  });

  it('holds the pictures of the program, and goes on without those that are gone', async () => {
    const { intent } = await leftBehind();
    const { control, assets, connect } = await setUpPrograms();
    const [kept, gone] = [AssetId.parse('a'), AssetId.parse('deleted')];
    const { scene } = intent;
    const background = { ...scene.background, image: gone };
    await control.resume(
      { ...intent, scene: patchScene(scene, { background, logo: { image: kept, corner: 'top-left', height: 0.1 } }) },
      AWAIT_MS,
    );
    expect(assets.held).toEqual([kept]);
    await (await connect()).request('startProgram');
    expect(assets.held).toEqual([kept]);
    await control.running().stop();
    expect(assets.held).toEqual([]);
  });

  it('gives up a program whose name somebody else has taken', async () => {
    const { intent } = await leftBehind();
    const claimName: ClaimName = () => Promise.reject(new LianmaiError('NAME_TAKEN'));
    const { control, intents } = await setUpPrograms({ claimName });
    intents.keep(intent);
    expect(await codeOf(control.resume(intent, AWAIT_MS))).toBe('NAME_TAKEN');
    expect([control.info, intents.byRoom.size]).toEqual([null, 0]);
  });

  it('[ROOM-86] takes the program over from the bridge that has kept it on air: nothing is started or stopped, no output is touched', async () => {
    const { intent, info, programId, outputId } = await leftBehind();
    const { control, connect, intents, room } = await setUpPrograms({ comeBackMs: 60_000 });
    await control.resume({ ...intent, liveSinceMs: 42 }, AWAIT_MS);
    const other = await connect({ bridgeId: 'other' });
    const output = outputInfo(outputId, { state: 'live', retries: 1 });
    const bridge = await connect({ programs: [{ programId, state: 'live', rtp: RTP, outputs: [output] }] });
    expect(await until(control, ({ state }) => state === 'live')).toMatchObject({
      ...{ programId: info.programId, startedAtMs: info.startedAtMs, liveSinceMs: 42, mix: info.mix },
      outputs: [{ id: outputId, state: 'live', retries: 1 }],
    });
    expect((await bridge.request('setScene')).sceneState.sources.map(({ id }) => id)).toEqual(['ann:camera', 'bob:camera']);
    room.show(camera('bob'), camera('ann'));
    expect((await bridge.request('attachTrack', 4)).programId).toBe(programId);
    expect(bridge.all('setScene')).toHaveLength(1);
    expect(intents.byRoom.get('studio')?.runs).toBe(1);
    await control.running().stop();
    expect(bridge.asked.map(({ name }) => name).filter((name) => !/attach|detach|setScene/.test(name))).toEqual(['stopProgram']);
    expect(other.asked).toEqual([]);
  });

  it('adds and removes the outputs that changed too late for the bridge', async () => {
    const { intent, programId } = await leftBehind();
    const { control, connect } = await setUpPrograms({ comeBackMs: 60_000 });
    await control.resume(intent, AWAIT_MS);
    const stray = outputInfo(OutputId.parse('out_removed'));
    const bridge = await connect({ programs: [{ programId, state: 'live', rtp: RTP, outputs: [stray] }] });
    expect(await bridge.request('addOutput')).toMatchObject({ id: intent.outputs[0]?.id });
    expect(await bridge.request('removeOutput')).toMatchObject({ id: 'out_removed' });
  });

  it('starts the program elsewhere when nobody has kept it, and ends what comes back later', async () => {
    const { intent, programId } = await leftBehind();
    const { control, connect } = await setUpPrograms({ comeBackMs: 100 });
    await control.resume(intent, AWAIT_MS);
    const next = await connect({ bridgeId: 'next' });
    const run = await next.request('startProgram');
    expect(run.programId).not.toBe(programId);
    const late = await connect({ programs: [{ programId, state: 'live', rtp: RTP, outputs: [] }] });
    expect(await late.request('stopProgram')).toEqual({ programId });
  });

  it('shows those who do not come back until it has waited long enough', async () => {
    const { intent, programId } = await leftBehind();
    const { control, connect, room } = await setUpPrograms({ comeBackMs: 60_000 });
    room.sources = [camera('bob')];
    await control.resume(intent, 500);
    const bridge = await connect({ programs: [{ programId, state: 'live', rtp: RTP, outputs: [] }] });
    const shown = async (count: number) => (await bridge.request('setScene', count)).sceneState.sources.map(({ id }) => id);
    expect(await shown(1)).toEqual(['ann:camera', 'bob:camera']);
    expect(await shown(2)).toEqual(['bob:camera']);
  });
});
