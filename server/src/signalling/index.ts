/**
 * Browser ⇄ server. A ClientConnection is one socket with a valid token; `dispatch` answers its frames: find → parse → state → authorise → handle, with one catch
 * around it all. `handlers/<topic>.ts` say what each request means, in a few lines that call the room. The rules are numbered in docs/protocol.md.
 */
export { createSocketServer, Signalling, type SignallingOptions } from './Signalling.js';
export type { Services } from './contract.js';
