/**
 * What the server is told about streams: once a second, and at once when one comes or ends, every stream in the hub with what is in it, who publishes it, how
 * many play it and what is done for whom. `publisher` is null for a room's program, which nobody outside publishes, and while a stream waits for its own.
 */
export { StreamReport, type StreamReportOptions } from './StreamReport.js';
