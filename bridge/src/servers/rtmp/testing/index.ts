/** For tests of other folders. */
export { RtmpClient } from './RtmpClient.js';
