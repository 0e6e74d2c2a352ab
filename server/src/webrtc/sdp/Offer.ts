import type { types } from 'mediasoup';

/** A codec of an m-line, with the offer's spelling. */
export interface OfferedCodec {
  /** Lower case: h264, opus, rtx, ... */
  name: string;
  payloadType: number;
  clockRate: number;
  channels: number | null;
  /** fmtp parameters, with names in lower case. */
  parameters: Record<string, string>;
  feedback: types.RtcpFeedback[];
}

/** A simulcast layer, identified by its RID or by its own SSRCs. */
export type OfferedLayer = { rid: string } | { ssrc: number; rtxSsrc: number | null };

/** One m-line. */
export interface OfferedSection {
  /** `audio`, `video`, `application`, ... */
  type: string;
  mid: string;
  protocol: string;
  /** Repeated in the answer's m-line if it is rejected. */
  formats: string;
  /** The client rejected it itself. */
  isRejected: boolean;
  canSend: boolean;
  canReceive: boolean;
  isBundled: boolean;
  codecs: OfferedCodec[];
  extensions: { id: number; uri: string }[];
  /** SSRC of the media and of its retransmissions; null if the offer has none. */
  ssrc: number | null;
  rtxSsrc: number | null;
  cname: string | null;
  /** Simulcast layers in the offer's order; empty without simulcast. */
  layers: OfferedLayer[];
}

/** The relevant parts of an SDP offer. */
export interface Offer {
  iceUfrag: string;
  fingerprints: types.DtlsFingerprint[];
  /** The server takes the opposite role. */
  clientSetup: 'actpass' | 'active' | 'passive';
  hasMixedExtensions: boolean;
  sections: OfferedSection[];
}
