import { LianmaiError } from '@lianmai/protocol';
import type { types } from 'mediasoup-client';
import { z } from 'zod';

/**
 * mediasoup's own JSON as the server sends it. mediasoup-client validates RTP capabilities and parameters in full, so it is enough that
 * they are objects. ICE and DTLS, which it does not validate, are checked here.
 */
const isObject = (value: unknown) => typeof value === 'object' && value !== null;

const IceParameters = z.custom<types.IceParameters>(
  (value) => z.object({ usernameFragment: z.string(), password: z.string() }).safeParse(value).success,
);
const IceCandidate = z.custom<types.IceCandidate>(
  (value) => z.object({ protocol: z.enum(['udp', 'tcp']), port: z.number(), ip: z.string() }).safeParse(value).success,
);
const Fingerprint = z.object({ algorithm: z.string(), value: z.string() });
const DtlsParameters = z.custom<types.DtlsParameters>(
  (value) => z.object({ fingerprints: z.array(Fingerprint).min(1) }).safeParse(value).success,
);

/** The server broke its contract, so the caller is not to blame. */
function expect<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw new LianmaiError('INTERNAL', undefined, { cause: result.error });
}

export const iceParameters = (value: unknown): types.IceParameters => expect(IceParameters, value);
export const iceCandidates = (value: unknown): types.IceCandidate[] => expect(z.array(IceCandidate), value);
export const dtlsParameters = (value: unknown): types.DtlsParameters => expect(DtlsParameters, value);
export const rtpCapabilities = (value: unknown): types.RtpCapabilities => expect(z.custom<types.RtpCapabilities>(isObject), value);
export const rtpParameters = (value: unknown): types.RtpParameters => expect(z.custom<types.RtpParameters>(isObject), value);

/** Leaves out optional fields instead of setting them to undefined. */
export function iceServer(server: { urls: string[]; username?: string | undefined; credential?: string | undefined }): RTCIceServer {
  const { urls, username, credential } = server;
  return { urls, ...(username !== undefined && { username }), ...(credential !== undefined && { credential }) };
}
