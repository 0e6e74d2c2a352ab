import { once } from 'node:events';
import { AssetId, LianmaiError, ProgramId } from '@lianmai/protocol';
import fc from 'fast-check';
import { io } from 'socket.io-client';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import type { BridgesOptions } from './Bridges.js';
import { FakeBridge, startBridges, TOKEN } from './testing/index.js';

const programId = ProgramId.parse('prg_1');
const fakes: FakeBridge[] = [];
afterEach(() => {
  for (const fake of fakes.splice(0)) fake.drop();
});

async function start(options: Partial<BridgesOptions> = {}) {
  const started = await startBridges(options);
  onTestFinished(started.close);
  const connect = async (change: { bridgeId?: string; token?: string } = {}) => {
    const fake = await FakeBridge.connect({ url: started.url, ...change });
    fakes.push(fake);
    const bridge = started.bridges.bridges.find(({ id }) => id === (change.bridgeId ?? 'fake'));
    if (!bridge) throw new Error('the bridge is not listed');
    return { fake, bridge };
  };
  return { ...started, connect };
}

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'nothing thrown',
    (error: unknown) => (error instanceof LianmaiError ? error.code : String(error)),
  );

describe('the socket to the bridges', () => {
  it('admits nobody without a token of a bridge, and says why', async () => {
    const { connect, bridges } = await start();
    const rejection = await connect({ token: 'somebody' }).catch((error: unknown) => error);
    expect(rejection).toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
    expect(bridges.bridges).toEqual([]);
  });

  it('refuses a call that is larger than it may be', async () => {
    const { url } = await start();
    const socket = io(`${url}/bridge`, { auth: { token: TOKEN }, transports: ['websocket'], reconnection: false, forceNew: true });
    onTestFinished(() => void socket.disconnect());
    const call = (name: string, data: unknown) => socket.timeout(5000).emitWithAck('request', { name, data }) as Promise<unknown>;
    expect(await call('fetchAsset', { assetId: 'a'.repeat(5000) })).toMatchObject({ ok: false, error: { code: 'TOO_LARGE' } });
    expect(await call('hello', 'x'.repeat(300_000))).toMatchObject({ ok: false, error: { code: 'TOO_LARGE' } });
  });

  it('asks and answers, with typed errors both ways', async () => {
    const { connect } = await start();
    const { fake, bridge } = await connect();
    expect(await bridge.request('stopProgram', { programId })).toEqual({});
    fake.answer('stopProgram', () => {
      throw new LianmaiError('NOT_FOUND', { programId });
    });
    await expect(bridge.request('stopProgram', { programId })).rejects.toMatchObject({ code: 'NOT_FOUND', details: { programId } });
    fake.answer('stopProgram', () => 'not an object');
    expect(await codeOf(bridge.request('stopProgram', { programId }))).toBe('INTERNAL');
    expect(await fake.call('fetchAsset', { assetId: AssetId.parse('a') })).toMatchObject({ ok: true, data: { bytes: expect.anything() } });
    expect(await fake.call('hello', { bridgeId: 7 })).toMatchObject({ ok: false, error: { code: 'BAD_REQUEST' } });
    expect(await fake.call('fetchEverything' as never, {})).toMatchObject({ ok: false, error: { code: 'BAD_REQUEST' } });
  });

  it('gives up on an answer in time', async () => {
    const { connect } = await start({ requestTimeoutMs: 100 });
    const { fake, bridge } = await connect();
    fake.answer('retryOutput', () => new Promise(() => {}));
    expect(await codeOf(bridge.request('retryOutput', { programId, id: 'out_1' }))).toBe('TIMEOUT');
  });

  it('gives up on an answer at once when the socket breaks', async () => {
    const { connect } = await start({ requestTimeoutMs: 1_000_000 });
    const { fake, bridge } = await connect();
    fake.answer('stopProgram', () => new Promise(() => {}));
    const stopped = codeOf(bridge.request('stopProgram', { programId }));
    await fake.request('stopProgram');
    fake.drop();
    expect(await stopped).toBe('BRIDGE_UNAVAILABLE');
    expect(await codeOf(bridge.request('stopProgram', { programId }))).toBe('BRIDGE_UNAVAILABLE');
  });

  it('passes on announcements that fit the protocol and survives those that do not', async () => {
    const { connect } = await start();
    const { fake, bridge } = await connect();
    await fc.assert(
      fc.asyncProperty(fc.anything({ withNullPrototype: false }), async (junk) => {
        fake.socket.emit('event', junk);
        fake.socket.emit('event', { name: 'statsMeasured', data: junk });
        fake.socket.emit('event', { name: '__proto__', data: junk });
        fake.socket.emit('request', junk, () => {});
      }),
      { numRuns: 200 },
    );
    const heard = once(bridge, 'keyFrameNeeded');
    fake.announce('keyFrameNeeded', { programId, trackId: 'a' });
    expect(await heard).toEqual([{ programId, trackId: 'a' }]);
  });

  it('is the same bridge when it comes back within the grace, and gone when it does not', async () => {
    const { connect, bridges } = await start({ graceMs: 200 });
    const { fake, bridge } = await connect();
    const lost = once(bridge, 'disconnected');
    fake.drop();
    await lost;
    expect(bridge.state).toBe('disconnected');
    const back = once(bridge, 'reconnected');
    await fake.comeBack();
    await back;
    expect([bridge.state, bridges.bridges]).toEqual(['connected', [bridge]]);
    const gone = once(bridge, 'gone');
    fake.drop();
    await gone;
    expect([bridge.state, bridges.bridges]).toEqual(['gone', []]);
  });

  it('stays for longer when a supervisor watches its process, whose word counts', async () => {
    const { connect, bridges } = await start({ graceMs: 50 });
    bridges.expectToken(TOKEN);
    const { fake, bridge } = await connect();
    const lost = once(bridge, 'disconnected');
    fake.drop();
    await lost;
    expect(await Promise.race([once(bridge, 'gone'), new Promise((resolve) => setTimeout(resolve, 200, 'still there'))])).toBe(
      'still there',
    );
    bridges.processEnded(bridge.id);
    expect(bridge.state).toBe('gone');
  });

  it('stays when it comes back on a new socket before the old one is known to be dead', async () => {
    const { connect, bridges } = await start({ graceMs: 50 });
    const { fake, bridge } = await connect();
    const replaced = new Promise((resolve) => fake.socket.once('disconnect', resolve));
    const { fake: again, bridge: same } = await connect();
    await replaced;
    expect(same).toBe(bridge);
    const ended = await Promise.race([once(bridge, 'gone'), new Promise((resolve) => setTimeout(() => resolve('no'), 120))]);
    expect([ended, bridge.state, bridges.bridges]).toEqual(['no', 'connected', [bridge]]);
    await again.hello();
    expect(await bridge.request('stopProgram', { programId })).toEqual({});
  });

  it('knows at once that its process has ended', async () => {
    const { connect, bridges } = await start();
    const { bridge } = await connect({ bridgeId: 'here' });
    const { bridge: other } = await connect({ bridgeId: 'there' });
    bridges.processEnded('here');
    expect([bridge.state, other.state]).toEqual(['gone', 'connected']);
    expect(bridges.bridges).toEqual([other]);
  });
});
