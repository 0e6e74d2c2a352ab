import { isIPv4 } from 'node:net';
import { networkInterfaces } from 'node:os';
import type { types } from 'mediasoup';

const WILDCARDS = new Set(['0.0.0.0', '::']);

/** Addresses to tell browsers, best first: those configured, or the interface, or every IPv4 address of this machine (loopback last, for its own browser). */
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
 * The same socket under each announced address. mediasoup would want one socket for each, and a port cannot be bound twice; the candidates are only
 * words to the browser, and the ICE-lite server answers whoever reaches the socket.
 */
export function announceCandidates(candidates: readonly types.IceCandidate[], addresses: readonly string[]): types.IceCandidate[] {
  return addresses.flatMap((address, index) =>
    candidates.map((candidate) => ({
      ...candidate,
      foundation: index === 0 ? candidate.foundation : `${candidate.foundation}${index}`,
      // RFC 8445 5.1.2.1: bits 8-23 are the local preference.
      priority: Math.max(1, candidate.priority - index * 256),
      ip: address,
      address,
    })),
  );
}
