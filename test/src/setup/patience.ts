import { vi } from 'vitest';

/** Vitest's own second is no promise of ours: on a machine that is busy a condition may take longer. Who measures a time gives it. */
const PATIENCE_MS = 30_000;

const { waitFor } = vi;
vi.waitFor = (callback, options) => waitFor(callback, typeof options === 'number' ? options : { timeout: PATIENCE_MS, ...options });
