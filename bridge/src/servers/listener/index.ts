/** What every listener has in common: the list of them with their bounds, and how connections are bounded. */
export { isFromThisMachine, limitConnections, type ConnectionLimits } from './limitConnections.js';
export { KEPT_FOR_PUBLISHERS, LISTENERS, type ListenerBounds, type ListenerName } from './listeners.js';
