/** Converts between SDP of WHIP and WHEP clients and mediasoup's parameters. Pure: text in, text out, for any input. */
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
