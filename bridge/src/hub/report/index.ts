/**
 * Stream reports for the server: once a second, and at once when a stream starts or ends. A report lists every stream in the hub with its
 * tracks, publisher, players and conversions. `publisher` is null for a room's program, which has no external publisher, and while a
 * stream waits for its publisher to return.
 */
export { StreamReport, type StreamReportOptions } from './StreamReport.js';
