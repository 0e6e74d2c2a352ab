import { networkInterfaces } from 'node:os';

/** IPv4 addresses under which other machines can reach this one: no loopback, no link-local. */
export function lanAddresses(): string[] {
  return Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .filter((address) => address.family === 'IPv4' && !address.internal && !address.address.startsWith('169.254.'))
    .map((address) => address.address);
}

/** Returns the addresses that media announces by default: the first LAN address and loopback, so that this machine and its network can both connect. */
export function defaultAnnouncedIps(): string[] {
  return [...lanAddresses().slice(0, 1), '127.0.0.1'];
}
