/** The socket to the server: hello, typed requests in, announcements out. Programs do not depend on it: they run on while it is away. */
export type { Announce, BridgeHandlers } from './contract.js';
export { ServerLink, type ServerLinkOptions } from './ServerLink.js';
