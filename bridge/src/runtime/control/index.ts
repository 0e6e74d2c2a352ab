/** The socket to the server: hello, typed requests in, announcements out. Programs keep running while the server is away. */
export {
  ServerLink,
  type Announce,
  type BridgeHandlers,
  type ServerLinkEvents,
  type ServerLinkOptions,
  type ServerLinkService,
} from './ServerLink.js';
