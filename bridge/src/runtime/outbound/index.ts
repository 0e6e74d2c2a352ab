/**
 * Connections to addresses that come from people: destinations, sources, and where those redirect to. An `AddressGuard` resolves a host once and checks every
 * address; what it returns is the only thing that the openers here accept, so a second lookup cannot lead elsewhere.
 *
 *     const socket = await openTcp(await guard.check(host, signal), { port, signal });
 */
export { AddressGuard } from './AddressGuard.js';
export type { CheckedHost } from './CheckedHost.js';
export { openTcp, requestHttp } from './openers.js';
