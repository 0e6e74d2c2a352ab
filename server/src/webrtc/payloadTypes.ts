import type { PayloadTypes } from '../sfu/index.js';

/** Chromium's own numbers for constrained baseline and Opus: most players then get a stream where it enters the SFU, without a pipe. */
export const HOME_PAYLOAD_TYPES: PayloadTypes = { video: 106, audio: 111 };
