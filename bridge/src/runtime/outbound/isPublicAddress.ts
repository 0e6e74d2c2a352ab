import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** Networks apart from the public internet: IANA's special-purpose registries (RFC 6890), multicast, and the address at which Azure serves a machine its secrets. */
const SPECIAL = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['168.63.129.16', 32],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  SPECIAL.addSubnet(network, bits, 'ipv4');
for (const [network, bits] of [
  ['2001::', 23], // Teredo among others
  ['2001:db8::', 32],
  ['2002::', 16], // 6to4 may lead to any IPv4 address
  ['3fff::', 20],
] as const)
  SPECIAL.addSubnet(network, bits, 'ipv6');

/** All that IANA has allocated of IPv6 for the public internet; loopback, link-local, unique local and multicast addresses lie outside. */
const GLOBAL_UNICAST = new BlockList();
GLOBAL_UNICAST.addSubnet('2000::', 3, 'ipv6');

/** Leading groups of IPv6 addresses that stand for an IPv4 address: mapped (RFC 4291 2.5.5.2) and NAT64 (RFC 6052). */
const IPV4_PREFIXES = ['0:0:0:0:0:ffff', '64:ff9b:0:0:0:0'];

/** Whether an IP address is on the public internet. Addresses with a zone (`fe80::1%eth0`) are not. */
export function isPublicAddress(ip: string): boolean {
  if (isIPv4(ip)) return !SPECIAL.check(ip, 'ipv4');
  if (!isIPv6(ip) || ip.includes('%')) return false;
  const embedded = embeddedIpv4(ip);
  if (embedded !== null) return isPublicAddress(embedded);
  return GLOBAL_UNICAST.check(ip, 'ipv6') && !SPECIAL.check(ip, 'ipv6');
}

function embeddedIpv4(ip: string): string | null {
  const groups = groupsOf(ip);
  if (!IPV4_PREFIXES.includes(groups.slice(0, 6).map((group) => group.toString(16)).join(':'))) return null; // prettier-ignore
  return groups.slice(6).flatMap((group) => [group >> 8, group & 0xff]).join('.'); // prettier-ignore
}

/** The eight groups of an IPv6 address. */
function groupsOf(ip: string): number[] {
  const hex = ip.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (_, ...bytes: string[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = bytes.map(Number);
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const [left = [], right = []] = hex.split('::').map((half) => (half === '' ? [] : half.split(':')));
  const zeros = Array<string>(8 - left.length - right.length).fill('0');
  return [...left, ...zeros, ...right].map((group) => Number.parseInt(group, 16));
}
