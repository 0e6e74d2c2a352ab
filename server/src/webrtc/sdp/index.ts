/** SDP of WHIP and WHEP clients on one side, mediasoup's parameters on the other. Pure: text in, text out; whatever the text. */
export { answerPlayer, answerPublisher, restartFragment, type SentSection, type ServerTransport } from './answer.js';
export {
  BROWSER_PAYLOAD_TYPES,
  chooseForPlay,
  chooseForPublish,
  consumerCapabilities,
  payloadTypesOf,
  producerParameters,
  SOURCE,
  type ChosenSection,
} from './codecChoice.js';
export { parseFragment, type IceFragment } from './iceFragment.js';
export type { Offer } from './Offer.js';
export { parseOffer } from './parseOffer.js';
