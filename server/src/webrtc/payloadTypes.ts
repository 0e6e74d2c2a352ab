import type { PayloadTypes } from '../sfu/index.js';

/** Numbers that Chromium has had for H.264 and Opus for years: most players then get a stream where it enters the SFU, without a pipe. */
export const HOME_PAYLOAD_TYPES: PayloadTypes = { video: 102, audio: 111 };
