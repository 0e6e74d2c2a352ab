/**
 * The server's side of the socket to the bridges, and the supervised bridge process that `npm start` runs on the same machine. A bridge is one
 * `Bridge` from its first hello until it is gone for good: its socket may be lost and come back meanwhile.
 */
export { BRIDGE_FAILURES } from './BridgeAdmission.js';
export { Bridges, type BridgesOptions } from './Bridges.js';
export type { Bridge, BridgeEvents, BridgeHello, BridgePool, BridgePoolEvents, CoreReservation } from './contract.js';
export { startEmbeddedBridge } from './startEmbeddedBridge.js';
export { fetchBridgeMetrics } from './fetchBridgeMetrics.js';
