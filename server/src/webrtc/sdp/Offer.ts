import type { types } from 'mediasoup';

/** One codec of an m-line, as the offer spells it. */
export interface OfferedCodec {
  /** Lower case: h264, opus, rtx, ... */
  name: string;
  payloadType: number;
  clockRate: number;
  channels: number | null;
  /** fmtp; names in lower case. */
  parameters: Record<string, string>;
  feedback: types.RtcpFeedback[];
}

/** One m-line. */
export interface OfferedSection {
  /** `audio`, `video`, `application`, ... */
  type: string;
  mid: string;
  protocol: string;
  /** For the answer's m-line when it is rejected. */
  formats: string;
  /** The client closed it itself. */
  isRejected: boolean;
  canSend: boolean;
  canReceive: boolean;
  isBundled: boolean;
  codecs: OfferedCodec[];
  extensions: { id: number; uri: string }[];
  /** Of the media, then of its retransmissions; null where the offer does not say. */
  ssrc: number | null;
  rtxSsrc: number | null;
  cname: string | null;
}

/** What of an SDP offer matters here. */
export interface Offer {
  iceUfrag: string;
  fingerprints: types.DtlsFingerprint[];
  /** We are what the client is not. */
  clientSetup: 'actpass' | 'active' | 'passive';
  hasMixedExtensions: boolean;
  sections: OfferedSection[];
}
