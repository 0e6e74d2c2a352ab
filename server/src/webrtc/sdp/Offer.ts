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

/** One of several sizes of a picture that are sent side by side: told apart by RID, or by SSRCs of their own. */
export type OfferedLayer = { rid: string } | { ssrc: number; rtxSsrc: number | null };

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
  /** Simulcast, in the order of the offer; empty without it. */
  layers: OfferedLayer[];
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
