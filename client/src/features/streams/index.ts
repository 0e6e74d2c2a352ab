/** The operator's page of streams: make them, copy their addresses, see who is live and who watches, send people away. */
export { Streams } from './Streams';
