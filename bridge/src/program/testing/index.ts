/** For tests of this workspace only: sources without a network, and a decoder for what comes out. */
export { decodeProgram, lumaAt, stepsOf, type DecodedProgram } from './decodeProgram.js';
export { encoderPids } from './encoderPids.js';
export { MARK_MS, SyntheticSource } from './SyntheticSource.js';
