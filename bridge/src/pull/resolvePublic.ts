import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { LianmaiError } from '@lianmai/protocol';

/** Networks that only machines inside can reach: RFC 6890 and its IPv6 companions. */
const PRIVATE = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 3],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['::', 96],
  ['64:ff9b::', 96],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const)
  PRIVATE.addSubnet(network, bits, 'ipv6');

export function isPrivateAddress(ip: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(ip)?.[1];
  if (mapped !== undefined) return isPrivateAddress(mapped);
  return PRIVATE.check(ip, isIP(ip) === 6 ? 'ipv6' : 'ipv4');
}

/**
 * Resolves a host to an address that may be connected to. Connect to that address: a second lookup could return another one. Throws FORBIDDEN for private
 * addresses and DESTINATION_UNREACHABLE for unknown names.
 */
export async function resolvePublic(host: string, allowPrivate: boolean): Promise<string> {
  const name = host.replace(/^\[(.*)\]$/, '$1');
  const found = await lookup(name, { all: true }).catch((cause: unknown) => {
    throw new LianmaiError('DESTINATION_UNREACHABLE', undefined, { message: `The source's host "${name}" does not exist.`, cause });
  });
  const address = found.find((one) => allowPrivate || !isPrivateAddress(one.address))?.address;
  if (address !== undefined) return address;
  throw new LianmaiError('FORBIDDEN', undefined, {
    message: `The source's host "${name}" is a private address. An operator can allow them: pull.allowPrivate.`,
  });
}
