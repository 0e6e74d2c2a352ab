/**
 * The one gate of the origin: everybody who publishes or plays passes it, whatever the protocol. The server answers; no answer means no. Who has passed
 * is in the register until `release`, so that people can be shown, counted and sent away.
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
