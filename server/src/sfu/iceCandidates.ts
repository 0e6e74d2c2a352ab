import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { types } from 'mediasoup';

const WILDCARDS = new Set(['0.0.0.0', '::']);

/**
 * Returns the addresses for browsers, best first: the configured ones, or the interface's, or all IPv4 addresses of this machine
 * (loopback last, for local browsers).
 */
export function announcedAddresses(listenIp: string, configured: readonly string[]): [string, ...string[]] {
  const [first, ...others] = configured;
  if (first !== undefined) return [first, ...others];
  if (!WILDCARDS.has(listenIp)) return [listenIp];
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const ownIps = addresses.filter(({ address, internal }) => !internal && isIPv4(address)).map(({ address }) => address);
  const [own, ...more] = ownIps;
  return own === undefined ? ['127.0.0.1'] : [own, ...more, '127.0.0.1'];
}

/**
 * Announces a single socket under every address. mediasoup would open one socket per address, but a port can be bound only once. An
 * ICE-lite server accepts any packet that reaches its socket, so the extra candidates work.
 */
export function announceCandidates(candidates: readonly types.IceCandidate[], addresses: readonly string[]): types.IceCandidate[] {
  return addresses.flatMap((address, index) =>
    candidates.map((candidate) => ({
      ...candidate,
      foundation: index === 0 ? candidate.foundation : `${candidate.foundation}${index}`,
      // RFC 8445 5.1.2.1: bits 8-23 hold the local preference.
      priority: Math.max(1, candidate.priority - index * 256),
      ip: address,
      address,
    })),
  );
}
