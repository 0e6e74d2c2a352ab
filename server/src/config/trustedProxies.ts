import { BlockList, isIPv4, isIPv6 } from 'node:net';
import { z } from 'zod';

/** Decides whether to believe the proxy `address` about who called it; `hop` counts from 0, the proxy nearest to this server. */
export type IsTrustedProxy = (address: string, hop: number) => boolean;

/** A longer chain is a mistake. */
const MAX_HOPS = 10;
const NOBODY = new Set(['false', 'no', 'off']);
const EXPECTED =
  'expected the number of proxies in front of this server (1), or their addresses (127.0.0.1, 10.0.0.0/24), or false. ' +
  '"true" is not possible: clients could then choose the address that limits count';

/**
 * The proxies whose X-Forwarded-For, -Host and -Proto are believed: the number of hops, or addresses and CIDR ranges, as a list or with
 * commas. 0: none.
 */
export const trustedProxies = () => {
  const hops = z.int(EXPECTED).min(0, EXPECTED).max(MAX_HOPS, EXPECTED);
  const ranges = z.array(z.string().refine(isRange, EXPECTED)).min(1, EXPECTED);
  return z.preprocess(normalise, z.union([hops, ranges], EXPECTED));
};
export type TrustedProxies = z.output<ReturnType<typeof trustedProxies>>;

export function trustFunction(proxies: TrustedProxies): IsTrustedProxy {
  if (typeof proxies === 'number') return (_address, hop) => hop < proxies;
  const list = new BlockList();
  for (const range of proxies) {
    const [address = '', prefix] = range.split('/');
    const family = isIPv4(address) ? 'ipv4' : 'ipv6';
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return (address) => (isIPv4(address) ? list.check(address, 'ipv4') : isIPv6(address) && list.check(address, 'ipv6'));
}

function normalise(value: unknown): unknown {
  if (value === false) return 0;
  if (typeof value !== 'string') return value;
  const text = value.trim();
  if (NOBODY.has(text.toLowerCase())) return 0;
  return /^\d+$/.test(text) ? Number(text) : text.split(',').map((part) => part.trim());
}

/** Refuses a prefix of 0 as well, which would be everybody. */
function isRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  if (rest.length > 0 || (!isIPv4(address) && !isIPv6(address))) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) >= 1 && Number(prefix) <= (isIPv4(address) ? 32 : 128);
}
