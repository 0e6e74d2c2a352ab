import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect, createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import { unacknowledgedBytes } from './tcpBacklog.js';

const hasIpv6 = Object.values(networkInterfaces()).some((addresses) => addresses?.some(({ address }) => address === '::1'));

describe.skipIf(!existsSync('/proc/net/tcp'))('unacknowledgedBytes', () => {
  it.each(hasIpv6 ? ['127.0.0.1', '::1'] : ['127.0.0.1'])(
    'sees what the kernel holds for a peer on %s that does not read',
    async (host) => {
      const server = createServer({ pauseOnConnect: true });
      server.listen(0, host);
      await once(server, 'listening');
      const socket = connect((server.address() as AddressInfo).port, host);
      await once(socket, 'connect');
      expect(unacknowledgedBytes(socket)).toBe(0);
      socket.write(Buffer.alloc(1_000_000));
      await vi.waitFor(() => expect(unacknowledgedBytes(socket)).toBeGreaterThan(300_000));
      socket.destroy();
      expect(unacknowledgedBytes(socket)).toBe(0);
      server.close();
    },
  );
});
