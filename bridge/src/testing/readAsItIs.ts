import type { OpenReader } from '../hub/renditions/index.js';

/** For readers whose codecs are not what is tested. */
export const readAsItIs: OpenReader = (source, _accepts, options) => Promise.resolve(source.createReader(options));
