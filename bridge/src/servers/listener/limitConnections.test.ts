import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { Scope } from '@lianmai/kit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { MemoryLog } from '../../testing/index.js';
import { isFromThisMachine, limitConnections } from './limitConnections.js';

let scope = new Scope();
afterEach(async () => {
  await scope.close('test ends');
  scope = new Scope();
});

async function serve(limits: { maxConnections: number; maxPerAddress: number; isExempt?: (socket: Socket) => boolean }) {
  const memory = new MemoryLog();
  const server = createServer((_request, response) => response.end('served'));
  const refuse = (socket: Socket) => void socket.end('refused', () => socket.destroy());
  limitConnections(server, { name: 'connections', setting: 'origin', log: memory.log, refuse, ...limits });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  scope.defer(() => void server.close().closeAllConnections());
  const open = async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1').on('error', () => undefined);
    scope.defer(() => void socket.destroy());
    await once(socket, 'connect');
    return socket;
  };
  return { memory, server, open };
}

describe('limitConnections', () => {
  it('tells an address with too many connections, logs it once, and gives places back', async () => {
    const { memory, open } = await serve({ maxConnections: 100, maxPerAddress: 2 });
    const [first] = [await open(), await open()];
    for (let count = 0; count < 5; count++) expect(await text(await open())).toBe('refused');
    expect(memory.lines.filter((line) => line.includes('refused: too many')).length).toBe(1);
    first?.destroy();
    await vi.waitFor(async () => {
      const socket = await open();
      socket.write('GET / HTTP/1.0\r\n\r\n');
      expect(await text(socket)).toContain('served');
    });
  });

  it('bounds them in all, also those that stand for many clients', async () => {
    const { memory, open } = await serve({ maxConnections: 2, maxPerAddress: 1, isExempt: isFromThisMachine });
    await Promise.all([open(), open()]);
    const third = await open();
    await once(third, 'close');
    expect(memory.text).toContain('origin.maxConnections');
  });
});
