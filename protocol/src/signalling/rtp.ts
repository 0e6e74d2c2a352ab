import { z } from 'zod';
import { boundedRecord } from '../boundedRecord.js';

/**
 * RTP parameters and capabilities as pages send them: mediasoup's types, with a bound on everything that repeats. mediasoup checks what the
 * values mean; its work grows with the number of codecs, which is why that is limited here.
 */
const Text = z.string().max(256);
/** Chrome offers about 40, retransmission and redundancy included. */
const MAX_CODECS = 64;
const MAX_HEADER_EXTENSIONS = 64;
const MAX_ENCODINGS = 8;
const MediaKind = z.enum(['audio', 'video']);

/** `fmtp` parameters, such as `profile-level-id`; parameter sets in base64 are the longest. */
type FmtpValue = string | number | boolean | number[] | null;
const FmtpValue: z.ZodType<FmtpValue> = z.union([z.string().max(1024), z.number(), z.boolean(), z.array(z.number()).max(32), z.null()]);
const FmtpParameters = boundedRecord(z.string().max(64), FmtpValue, 32);
const RtcpFeedback = z.object({ type: Text, parameter: Text.optional() });
const codec = {
  mimeType: Text,
  clockRate: z.number(),
  channels: z.number().optional(),
  parameters: FmtpParameters.optional(),
  rtcpFeedback: z.array(RtcpFeedback).max(32).optional(),
};

export const RtpCapabilities = z.object({
  codecs: z
    .array(z.object({ kind: MediaKind, preferredPayloadType: z.number().optional(), ...codec }))
    .max(MAX_CODECS)
    .optional(),
  headerExtensions: z
    .array(
      z.object({
        kind: MediaKind,
        uri: Text,
        preferredId: z.number(),
        preferredEncrypt: z.boolean().optional(),
        direction: z.enum(['sendrecv', 'sendonly', 'recvonly', 'inactive']).optional(),
      }),
    )
    .max(MAX_HEADER_EXTENSIONS)
    .optional(),
});

const Encoding = z.object({
  ssrc: z.number().optional(),
  rid: Text.optional(),
  codecPayloadType: z.number().optional(),
  rtx: z.object({ ssrc: z.number() }).optional(),
  dtx: z.boolean().optional(),
  scalabilityMode: Text.optional(),
  maxBitrate: z.number().optional(),
});

export const RtpParameters = z.object({
  mid: Text.optional(),
  codecs: z.array(z.object({ payloadType: z.number(), ...codec })).max(MAX_CODECS),
  headerExtensions: z
    .array(z.object({ uri: Text, id: z.number(), encrypt: z.boolean().optional(), parameters: FmtpParameters.optional() }))
    .max(MAX_HEADER_EXTENSIONS)
    .optional(),
  encodings: z.array(Encoding).max(MAX_ENCODINGS).optional(),
  rtcp: z.object({ cname: Text.optional(), reducedSize: z.boolean().optional() }).optional(),
  msid: Text.optional(),
});
