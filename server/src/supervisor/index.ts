/** A small process that keeps the server and the bridge beside it running, and the server's channel to it. */
export { Supervisor } from './Supervisor.js';
export { SupervisorLink } from './SupervisorLink.js';
