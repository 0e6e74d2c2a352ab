/** For tests of this workspace only: sources without a network, and a look at what comes out. */
export { decode, lumaAt, stepsOf, type Decoded } from './decode.js';
export { MARK_MS, SyntheticSource } from './SyntheticSource.js';
