/**
 * WebSockets of pages and bridges. A connection is counted by network before it is opened, limited from its first byte (ConnectionBudget),
 * refused or admitted by its token, and closed when it sends too much. What it sends is decoded only within its allowance.
 */
export { BRIDGE, PAGE, UPLOADING_PAGE, type Allowance } from './allowances.js';
export { bytesOf } from './MeasuringDecoder.js';
export { RefusalLog } from './RefusalLog.js';
export { SocketServer, type Peers, type SocketServerOptions } from './SocketServer.js';
