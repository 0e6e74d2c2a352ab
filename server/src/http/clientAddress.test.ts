import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { trustFunction } from '../config/index.js';
import { clientAddress } from './index.js';

function addressOf(peer: string, forwarded: string | undefined, proxies: Parameters<typeof trustFunction>[0]): string {
  const socket = new Socket();
  Object.defineProperty(socket, 'remoteAddress', { value: peer });
  const request = new IncomingMessage(socket);
  if (forwarded !== undefined) request.headers['x-forwarded-for'] = forwarded;
  return clientAddress(request, trustFunction(proxies));
}

describe('the caller’s address', () => {
  it('is the peer’s without a trusted proxy, whatever the peer claims', () => {
    expect(addressOf('::ffff:10.0.0.9', '198.51.100.1', 0)).toBe('10.0.0.9');
    expect(addressOf('10.0.0.9', '198.51.100.1', ['10.0.0.1'])).toBe('10.0.0.9');
  });

  it('is what the trusted proxies saw, not what a client wrote before them', () => {
    expect(addressOf('10.0.0.1', '198.51.100.1, 10.0.0.9', ['10.0.0.1'])).toBe('10.0.0.9');
    expect(addressOf('10.0.0.1', '198.51.100.1, 10.0.0.9', 1)).toBe('10.0.0.9');
    expect(addressOf('10.0.0.1', '198.51.100.1, 203.0.113.5, 10.0.0.2', 2)).toBe('203.0.113.5');
    expect(addressOf('10.0.0.1', undefined, 1)).toBe('10.0.0.1');
  });
});
