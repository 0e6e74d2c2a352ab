import { createServer, type AddressInfo } from 'node:net';
import { networkInterfaces } from 'node:os';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AddressGuard, openTcp } from './index.js';
import { isPublicAddress } from './isPublicAddress.js';

const INSIDE = ['0.0.0.0', '10.1.2.3', '100.64.0.1', '100.100.100.200', '127.0.0.1', '168.63.129.16', '169.254.169.254', '172.31.0.1', '192.0.0.192', '192.168.1.1', '224.0.0.1', '255.255.255.255', '::', '::1', '::7f00:1', 'fe80::1', 'fe80::1%eth0', 'fd00:ec2::254', 'fec0::1', 'ff02::1', '::ffff:10.0.0.1', '::ffff:7f00:1', '::ffff:0:7f00:1', '64:ff9b::a00:1', '64:ff9b::127.0.0.1', '64:ff9b:1::a00:1', '2001::1', '2001:db8::1', '2002:7f00:1::', '2002:808:808::', '100::1', 'not an address']; // prettier-ignore
const OUTSIDE = ['8.8.8.8', '100.128.0.1', '172.32.0.1', '2606:4700::1', '2a00:1450:4001::1', '::ffff:8.8.8.8', '::ffff:808:808', '64:ff9b::8.8.8.8']; // prettier-ignore

const guardOf = (addresses: string[], allowPrivate = false) =>
  new AddressGuard({ allowPrivate, setting: 'output.allowPrivate', resolve: () => Promise.resolve(addresses) });
const strict = new AddressGuard({ allowPrivate: false, setting: 'output.allowPrivate' });

describe('isPublicAddress', () => {
  it('knows every network that is not the public internet, in every notation', () => {
    expect(INSIDE.filter((ip) => isPublicAddress(ip))).toEqual([]);
    expect(OUTSIDE.filter((ip) => !isPublicAddress(ip))).toEqual([]);
  });

  it('judges an IPv4 address inside an IPv6 one like the address itself', () => {
    fc.assert(
      fc.property(fc.ipV4(), (ip) => {
        for (const prefix of ['::ffff:', '64:ff9b::', '0:0:0:0:0:FFFF:'])
          expect(isPublicAddress(`${prefix}${ip}`)).toBe(isPublicAddress(ip));
      }),
    );
  });
});

describe('AddressGuard', () => {
  it('rejects private hosts in every notation with one code and one text, which names the setting', async () => {
    const hosts = [
      'localhost',
      '127.0.0.1',
      '2130706433',
      '0x7f.1',
      '127.1',
      '[::1]',
      '::1',
      '[::ffff:127.0.0.1]',
      '169.254.169.254',
      '10.0.0.1',
    ];
    const rejections = await Promise.all(hosts.map((host) => strict.check(host).catch((error: unknown) => error)));
    expect(new Set(rejections.map((error) => JSON.stringify([(error as { code?: string }).code, (error as Error).message]))).size).toBe(1);
    expect(rejections[0]).toMatchObject({ code: 'ADDRESS_FORBIDDEN', message: expect.stringContaining('output.allowPrivate') as string });
  });

  it('rejects the addresses of this machine, public ones too', async () => {
    const own = Object.values(networkInterfaces()).flatMap((list) => (list ?? []).map(({ address }) => address));
    for (const address of own) await expect(strict.check(address)).rejects.toMatchObject({ code: 'ADDRESS_FORBIDDEN' });
  });

  it('lets only those addresses of a name pass that are public', async () => {
    const host = await guardOf(['10.0.0.1', '::1', '8.8.8.8', '2606:4700::1', '64:ff9b::a00:1']).check('mixed.example');
    const found = await new Promise((resolve) => host.lookup('other.example', { all: true }, (_, all) => resolve(all)));
    expect([host.address, found]).toEqual(['8.8.8.8', [{ address: '8.8.8.8', family: 4 }, { address: '2606:4700::1', family: 6 }]]); // prettier-ignore
    await expect(guardOf(['10.0.0.1', '::1']).check('inner.example')).rejects.toMatchObject({ code: 'ADDRESS_FORBIDDEN' });
  });

  it('lets everything pass where the operator allows it', async () => {
    expect((await guardOf(['::ffff:127.0.0.1'], true).check('[::ffff:7f00:1]')).address).toBe('127.0.0.1');
  });

  it('says that a name is unknown, and does not wait for an answer after its time is over', async () => {
    await expect(strict.check('no-such-host.invalid')).rejects.toMatchObject({ code: 'DESTINATION_UNREACHABLE' });
    const silent = new AddressGuard({ allowPrivate: true, setting: 'pull.allowPrivate', resolve: () => new Promise(() => undefined) });
    await expect(silent.check('slow.example', AbortSignal.timeout(1))).rejects.toMatchObject({ name: 'TimeoutError' });
    await expect(silent.check('slow.example', AbortSignal.abort(new Error('stopped')))).rejects.toThrow('stopped');
  });
});

describe('openTcp', () => {
  it('connects to the address that was checked, without a second look-up', async () => {
    const server = createServer((socket) => void socket.end('hello'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const host = await guardOf(['127.0.0.1'], true).check('rebinding.invalid');
    const socket = await openTcp(host, { port: (server.address() as AddressInfo).port, signal: AbortSignal.timeout(10_000) });
    expect(String(await new Promise((resolve) => socket.once('data', resolve)))).toBe('hello');
    socket.destroy();
    server.close();
  });
});
