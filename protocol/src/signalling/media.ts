import { z } from 'zod';
import { ConsumerId, ParticipantId, ProducerId, TransportId } from '../ids.js';
import { PublishSource } from '../roles.js';
import { MAX_REQUEST_BYTES, SMALL_REQUEST_BYTES, request } from './contract.js';
import { RtpCapabilities, RtpParameters } from './rtp.js';

/** mediasoup's JSON (RTP, ICE and DTLS parameters) as the server sends it. */
export const MediaJson = z.record(z.string(), z.unknown());
const FingerprintAlgorithm = z.enum(['sha-1', 'sha-224', 'sha-256', 'sha-384', 'sha-512']);
const Fingerprint = z.object({ algorithm: FingerprintAlgorithm, value: z.string().max(256) });
const DtlsParameters = z.object({
  role: z.enum(['auto', 'client', 'server']).optional(),
  fingerprints: z.array(Fingerprint).min(1).max(16),
});

export const createTransport = request({
  state: 'joined',
  permission: null,
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({ direction: z.enum(['send', 'receive']) }),
  reply: z.object({
    id: TransportId,
    iceParameters: MediaJson,
    iceCandidates: z.array(MediaJson),
    dtlsParameters: MediaJson,
  }),
});

export const connectTransport = request({
  state: 'joined',
  permission: null,
  maxBytes: MAX_REQUEST_BYTES,
  data: z.object({ transportId: TransportId, dtlsParameters: DtlsParameters }),
  reply: z.object({}),
});

export const restartIce = request({
  state: 'joined',
  permission: null,
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({ transportId: TransportId }),
  reply: z.object({ iceParameters: MediaJson }),
});

export const produce = request({
  state: 'joined',
  permission: 'publish',
  maxBytes: MAX_REQUEST_BYTES,
  data: z.object({
    transportId: TransportId,
    source: PublishSource,
    kind: z.enum(['audio', 'video']),
    rtpParameters: RtpParameters,
    paused: z.boolean().default(false),
    /** Height of the captured picture, px. The server uses it to pick simulcast layers. */
    videoHeight: z.number().int().min(1).max(8192).optional(),
  }),
  reply: z.object({ producerId: ProducerId }),
});

export const setProducerPaused = request({
  state: 'joined',
  permission: 'publish',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({ producerId: ProducerId, paused: z.boolean() }),
  reply: z.object({}),
});

export const closeProducer = request({
  state: 'joined',
  permission: null,
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({ producerId: ProducerId }),
  reply: z.object({}),
});

/** The consumer starts paused. Send `setConsumerPaused` when the page is ready for media. */
export const consume = request({
  state: 'joined',
  permission: 'subscribe',
  maxBytes: MAX_REQUEST_BYTES,
  data: z.object({ transportId: TransportId, producerId: ProducerId, rtpCapabilities: RtpCapabilities }),
  reply: z.object({
    consumerId: ConsumerId,
    producerId: ProducerId,
    participantId: ParticipantId,
    source: PublishSource,
    kind: z.enum(['audio', 'video']),
    rtpParameters: MediaJson,
    producerPaused: z.boolean(),
  }),
});

export const setConsumerPaused = request({
  state: 'joined',
  permission: 'subscribe',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({ consumerId: ConsumerId, paused: z.boolean() }),
  reply: z.object({}),
});

/** Displayed size in device pixels. The server picks the simulcast layer to match. */
export const setConsumerSize = request({
  state: 'joined',
  permission: 'subscribe',
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({ consumerId: ConsumerId, width: z.number().int().min(1).max(8192), height: z.number().int().min(1).max(8192) }),
  reply: z.object({}),
});

export const closeConsumer = request({
  state: 'joined',
  permission: null,
  maxBytes: SMALL_REQUEST_BYTES,
  data: z.object({ consumerId: ConsumerId }),
  reply: z.object({}),
});
