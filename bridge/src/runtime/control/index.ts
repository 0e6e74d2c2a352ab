/** The socket to the server: hello, typed requests in, announcements out. Programs keep running while the server is away. */
export type { Announce, BridgeHandlers } from './contract.js';
export { ServerLink, type ServerLinkEvents, type ServerLinkOptions, type ServerLinkService } from './ServerLink.js';
