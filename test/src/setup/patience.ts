import { vi } from 'vitest';

/** Replaces Vitest's default of 1 s, which a busy machine exceeds. A test that measures time passes its own timeout. */
const PATIENCE_MS = 30_000;

const { waitFor } = vi;
vi.waitFor = (callback, options) => waitFor(callback, typeof options === 'number' ? options : { timeout: PATIENCE_MS, ...options });
