import { Gate } from '../hub/gate/index.js';

/** A gate that admits everybody. */
export const openGate = (): Gate =>
  new Gate({ authorise: () => Promise.resolve({ onTaken: 'refuse', resumeGraceMs: 10_000, srtPassphrase: null }) });
