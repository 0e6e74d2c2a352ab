export interface ReceiverStats {
  /** All payloads, including retransmitted and late ones. */
  packets: number;
  bytes: number;
  /** Holes seen, whether filled or not. */
  lost: number;
  /** Given up: never delivered. */
  dropped: number;
  /** Arrived after being given up, or twice. */
  belated: number;
  /** Dropped: no key, in clear on an encrypted connection, or too far ahead. */
  refused: number;
}

export interface SenderStats {
  packets: number;
  bytes: number;
  resent: number;
  /** Too old before the peer had acknowledged them. */
  dropped: number;
  acknowledgedBytes: number;
  unacknowledgedBytes: number;
}

export const newReceiverStats = (): ReceiverStats => ({ packets: 0, bytes: 0, lost: 0, dropped: 0, belated: 0, refused: 0 });
export const newSenderStats = (): SenderStats => ({
  packets: 0,
  bytes: 0,
  resent: 0,
  dropped: 0,
  acknowledgedBytes: 0,
  unacknowledgedBytes: 0,
});
