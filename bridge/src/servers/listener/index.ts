/** The list of all listeners with their bounds, and how connections are bounded. */
export { isFromThisMachine, limitConnections, type ConnectionLimits } from './limitConnections.js';
export { LISTENERS } from './listeners.js';
