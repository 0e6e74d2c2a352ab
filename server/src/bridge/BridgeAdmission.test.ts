import { createLog } from '@lianmai/kit';
import { LianmaiError } from '@lianmai/protocol';
import { io } from 'socket.io-client';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { BRIDGE_FAILURES, BridgeAdmission } from './BridgeAdmission.js';
import { startBridges } from './testing/index.js';

function admission() {
  const log = createLog('test', 'silent');
  const lines = vi.spyOn(log, 'warn');
  const verified: string[] = [];
  const verify = (token: string) => {
    verified.push(token);
    if (!token.startsWith('right')) throw new LianmaiError('UNAUTHENTICATED');
  };
  return { admission: new BridgeAdmission({ verify, log }), lines, verified };
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => 'ok',
    (error: unknown) => (error as LianmaiError).code,
  );

describe('the admission of bridges', () => {
  it('checks no more tokens of a network that sent too many wrong ones, and logs them as one', async () => {
    const { admission: bridges, lines, verified } = admission();
    for (let index = 0; index < BRIDGE_FAILURES.points; index++)
      expect(await codeOf(bridges.admit(`guess ${index}`, 'here'))).toBe('UNAUTHENTICATED');
    expect(await codeOf(bridges.admit('right by chance', 'here'))).toBe('RATE_LIMITED');
    expect(verified).toHaveLength(BRIDGE_FAILURES.points);
    expect(await codeOf(bridges.admit('right', 'elsewhere'))).toBe('ok');
    expect(lines).toHaveBeenCalledTimes(1);
  });

  it('lets in a bridge that is known or expected, whatever others at its address do', async () => {
    const { admission: bridges } = admission();
    await bridges.admit('right, once', 'here');
    bridges.expect('right, and handed out');
    for (let index = 0; index < 40; index++) await codeOf(bridges.admit(undefined, 'here'));
    expect(await codeOf(bridges.admit('right, but new', 'here'))).toBe('RATE_LIMITED');
    expect(await codeOf(bridges.admit('right, once', 'here'))).toBe('ok');
    expect(await codeOf(bridges.admit('right, and handed out', 'here'))).toBe('ok');
  });
});

describe('a connection without the token of a bridge', () => {
  it('is closed after its first refusal, in whatever way it asks', async () => {
    const { url, close } = await startBridges();
    onTestFinished(close);
    const socket = io(`${url}/bridge`, { auth: { token: 'wrong' }, transports: ['websocket'], reconnection: false, forceNew: true });
    onTestFinished(() => void socket.disconnect());
    const closed = new Promise((resolve) => socket.io.engine.once('close', resolve));
    const refused = new Promise((resolve) => socket.once('connect_error', resolve));
    expect(await refused).toMatchObject({ data: { code: 'UNAUTHENTICATED' } });
    await closed;
  });

  it('may flood with attempts and is counted, not logged', async () => {
    const log = createLog('test', 'silent');
    const lines = vi.spyOn(log, 'warn');
    const { url, close } = await startBridges({ log });
    onTestFinished(close);
    const attempt = () => {
      const socket = io(`${url}/bridge`, { auth: { token: 'wrong' }, transports: ['websocket'], reconnection: false, forceNew: true });
      return new Promise<string>((resolve) => {
        socket.once('connect_error', (error: Error & { data?: { code: string } }) => {
          socket.disconnect();
          resolve(error.data?.code ?? error.message);
        });
      });
    };
    const codes = await Promise.all(Array.from({ length: 60 }, attempt));
    expect(codes).toContain('RATE_LIMITED');
    expect(lines).toHaveBeenCalledTimes(1);
  });
});
