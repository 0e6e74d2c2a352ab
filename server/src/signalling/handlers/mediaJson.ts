import type { types } from 'mediasoup';

type Json = Record<string, unknown>;

/** Converts mediasoup's parameters to plain JSON for sending. */
export const asJson = (parameters: object): Json => ({ ...parameters });

/** Converts JSON back. The schema ensures an object, and mediasoup validates every field, rejecting bad ones as BAD_REQUEST. */
export const asRtpParameters = (json: Json) => json as unknown as types.RtpParameters;
export const asRtpCapabilities = (json: Json) => json as unknown as types.RtpCapabilities;
