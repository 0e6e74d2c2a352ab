/**
 * The single gate to all streams: every publisher and player passes it, whatever the protocol. The server decides; without its answer
 * nobody is admitted. An admitted client stays in the register until `release`, so that clients can be listed, counted and kicked.
 *
 *   const admission = await gate.admit({ action: 'play', app, name, protocol: 'flv', ip, params });
 *   admission.signal.addEventListener('abort', () => socket.destroy());   // kicked
 *   admission.bytes += chunk.length;
 *   admission.release();
 */
export { clientHandlers } from './clientHandlers.js';
export { clientIp } from './clientIp.js';
export { Gate, type Admission, type GateOptions, type GateRequest } from './Gate.js';
export { openPublishSession, type PublishSession } from './PublishSession.js';
export { readQueryParams } from './queryParams.js';
