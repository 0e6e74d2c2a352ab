import { lookup } from 'node:dns/promises';
import { isIPv6, SocketAddress } from 'node:net';
import { networkInterfaces } from 'node:os';
import { plainIp } from '@lianmai/kit';
import { ERRORS, LianmaiError } from '@lianmai/protocol';
import { CheckedHost } from './CheckedHost.js';
import { isPublicAddress } from './isPublicAddress.js';

export interface AddressGuardOptions {
  /** Lets every address pass. */
  allowPrivate: boolean;
  /** The setting that operators change to allow private addresses. */
  setting: `${'output' | 'pull'}.allowPrivate`;
  /** Returns all addresses of a name. Default: the system's resolver. */
  resolve?: (name: string) => Promise<readonly string[]>;
}

/**
 * Decides which addresses may be connected to. This machine stands inside a network, and the addresses come from people: without the guard they could reach
 * what a firewall keeps from them, and learn from the failures what is there.
 */
export class AddressGuard {
  readonly #options: Required<AddressGuardOptions>;

  constructor(options: AddressGuardOptions) {
    this.#options = { resolve: resolveBySystem, ...options };
  }

  /**
   * Resolves a name or an IP address, with or without brackets, to those of its addresses that may be connected to. Throws ADDRESS_FORBIDDEN, always with the
   * same text, if there are none; DESTINATION_UNREACHABLE for unknown names; the reason of `signal` when that aborts first.
   */
  async check(host: string, signal?: AbortSignal): Promise<CheckedHost> {
    const name = host.replace(/^\[(.*)\]$/, '$1');
    const found = await unlessAborted(this.#options.resolve(name), signal);
    const [first, ...others] = [...new Set(found.map(canonical))].filter((address) => this.#isAllowed(address));
    if (first === undefined) throw this.#refusal();
    return new CheckedHost(name, [first, ...others]);
  }

  #isAllowed(address: string): boolean {
    return this.#options.allowPrivate || (isPublicAddress(address) && !isOwnAddress(address));
  }

  #refusal(): LianmaiError {
    const message = `${ERRORS.ADDRESS_FORBIDDEN.message} The setting is ${this.#options.setting}.`;
    return new LianmaiError('ADDRESS_FORBIDDEN', undefined, { message });
  }
}

/** A service on this machine may be meant for the machine alone, even on a public address. */
const isOwnAddress = (address: string) =>
  Object.values(networkInterfaces()).some((list) => list?.some((own) => canonical(own.address) === address));

/** One spelling for each address, and IPv4 for IPv4-mapped ones. */
const canonical = (ip: string) =>
  isIPv6(ip) && !ip.includes('%') ? plainIp(new SocketAddress({ address: ip, family: 'ipv6' }).address) : ip;

async function resolveBySystem(name: string): Promise<readonly string[]> {
  try {
    const found = await lookup(name, { all: true, verbatim: true });
    return found.map(({ address }) => address);
  } catch (cause) {
    const isUnknown = (cause as NodeJS.ErrnoException).code === 'ENOTFOUND';
    const message = isUnknown ? 'The host name does not exist. Check its spelling.' : 'The host name cannot be looked up at the moment.';
    throw new LianmaiError('DESTINATION_UNREACHABLE', undefined, { message, cause });
  }
}

function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason as Error);
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    void promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
