import type { Handlers } from '../contract.js';
import { asJson, asRtpCapabilities, asRtpParameters } from './mediaJson.js';

type MediaName =
  | 'createTransport'
  | 'connectTransport'
  | 'restartIce'
  | 'produce'
  | 'setProducerPaused'
  | 'closeProducer'
  | 'consume'
  | 'setConsumerPaused'
  | 'setConsumerSize'
  | 'closeConsumer';

export const media: Handlers<MediaName> = {
  createTransport: async ({ participant }, data) => {
    const { id, iceParameters, iceCandidates, dtlsParameters } = await participant.media.createTransport(data);
    return { id, iceParameters: asJson(iceParameters), iceCandidates: iceCandidates.map(asJson), dtlsParameters: asJson(dtlsParameters) };
  },

  connectTransport: async ({ participant }, { transportId, dtlsParameters }) => {
    const peer = await participant.media.peer();
    const { role, fingerprints } = dtlsParameters;
    await peer.connectTransport(transportId, { fingerprints, ...(role && { role }) });
    return {};
  },

  restartIce: async ({ participant }, { transportId }) => {
    const peer = await participant.media.peer();
    return { iceParameters: asJson(await peer.restartIce(transportId)) };
  },

  produce: async ({ participant, room }, { rtpParameters, ...request }) => ({
    producerId: await room.publishing.produce(participant, { ...request, rtpParameters: asRtpParameters(rtpParameters) }),
  }),

  setProducerPaused: async ({ participant, room }, data) => {
    await room.publishing.setPaused(participant, data);
    return {};
  },

  closeProducer: async ({ participant }, { producerId }) => {
    await participant.media.closeProducer(producerId);
    return {};
  },

  consume: async ({ participant, room }, { rtpCapabilities, ...request }) => {
    const consumer = await room.consume(participant, { ...request, rtpCapabilities: asRtpCapabilities(rtpCapabilities) });
    return { ...consumer, rtpParameters: asJson(consumer.rtpParameters) };
  },

  setConsumerPaused: async ({ participant }, { consumerId, paused }) => {
    const peer = await participant.media.peer();
    await peer.setConsumerPaused(consumerId, paused);
    return {};
  },

  setConsumerSize: async ({ participant }, { consumerId, ...size }) => {
    const peer = await participant.media.peer();
    await peer.setConsumerSize(consumerId, size);
    return {};
  },

  closeConsumer: async ({ participant }, { consumerId }) => {
    const peer = await participant.media.peer();
    peer.closeConsumer(consumerId);
    return {};
  },
};
