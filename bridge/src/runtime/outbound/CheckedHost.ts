import { isIP, type LookupFunction } from 'node:net';

/** A host whose addresses an AddressGuard has let pass. Only the guard makes one. */
export class CheckedHost {
  /** The name as given, or the address: what TLS asks the server's certificate for. */
  readonly name: string;
  readonly #addresses: readonly [string, ...string[]];

  constructor(name: string, addresses: readonly [string, ...string[]]) {
    this.name = isIP(name) === 0 ? name : addresses[0];
    this.#addresses = addresses;
  }

  /** For datagrams, which have one address. */
  get address(): string {
    return this.#addresses[0];
  }

  /** Gives Node's lookup the checked addresses, without asking again. */
  readonly lookup: LookupFunction = (_name, { all }, callback) => {
    const found = this.#addresses.map((address) => ({ address, family: isIP(address) }));
    if (all) callback(null, found);
    else callback(null, this.address, isIP(this.address));
  };
}
