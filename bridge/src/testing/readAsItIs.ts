import type { OpenReader } from '../hub/renditions/index.js';

/** Opens readers without any conversion, for tests that are not about codecs. */
export const readAsItIs: OpenReader = (source, _accepts, options) => Promise.resolve(source.createReader(options));
