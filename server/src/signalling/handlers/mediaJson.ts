import type { types } from 'mediasoup';

type Json = Record<string, unknown>;

/** mediasoup's parameters as they cross the wire: plain JSON. */
export const asJson = (parameters: object): Json => ({ ...parameters });

/** The way back. The contract has made sure of an object; mediasoup checks each field before it uses one, and what it refuses is BAD_REQUEST. */
export const asRtpParameters = (json: Json) => json as unknown as types.RtpParameters;
export const asRtpCapabilities = (json: Json) => json as unknown as types.RtpCapabilities;
