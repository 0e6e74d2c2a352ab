/**
 * Browser ⇄ server. A ClientConnection is a socket with a valid token. `dispatch` answers its frames: find → state → authorise → size →
 * parse → handle, with a single catch around everything. `handlers/<topic>.ts` implement each request in a few lines that call the room.
 * docs/protocol.md has the numbered rules.
 */
export { Signalling, type SignallingOptions } from './Signalling.js';
export type { Services } from './contract.js';
