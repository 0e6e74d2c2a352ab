/** Bounds of what a listener accepts from clients that the gate has not admitted. */
export interface ListenerBounds {
  /** The section of the settings that bounds its connections: `maxConnections` in all, `maxPerAddress` for one address. */
  settings: 'origin' | 'rtmp' | 'srt';
  /** The longest message before admission: request head, RTMP message, WebSocket message, handshake datagram. The connection ends at a longer one. */
  maxMessageBytes: number;
}

/** Every listener of the bridge that others can reach. A test opens each and tries its bounds; a server that is not in this list fails it. */
export const LISTENERS = {
  /** HLS, HTTP-FLV, posters. No request has a body. */
  http: { settings: 'origin', maxMessageBytes: 16 * 1024 },
  /** Players have nothing to send. */
  wsFlv: { settings: 'origin', maxMessageBytes: 4096 },
  /** Commands are short. */
  rtmp: { settings: 'rtmp', maxMessageBytes: 64 * 1024 },
  rtmps: { settings: 'rtmp', maxMessageBytes: 64 * 1024 },
  /** A handshake fits into one datagram of an Ethernet network. */
  srt: { settings: 'srt', maxMessageBytes: 1500 },
} as const satisfies Record<string, ListenerBounds>;

export type ListenerName = keyof typeof LISTENERS;
