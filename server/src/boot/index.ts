/** The start of the process: opens what the parts need, builds the parts, serves HTTP, and says where to find it all. */
export type { BootContext } from './BootContext.js';
export { buildServer } from './buildServer.js';
export { openCertificate, openListener } from './openResources.js';
export { startupMessage } from './startupMessage.js';
